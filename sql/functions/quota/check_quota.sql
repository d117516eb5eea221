-- check_quota: refuses what would be more than a tenant may have. Two callers at once may both be let in: a quota is not exact.
--   p_more  by how much it would grow
-- Raises: MR021 with quota, limit and used in its details.
create or replace function millrace.check_quota(p_tenant int, p_kind text, p_more bigint default 1) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_most bigint := millrace.quota(p_tenant, p_kind);
  v_used bigint;
begin
  if v_most is null then
    return;
  end if;
  v_used := millrace.quota_used(p_tenant, p_kind);
  if v_used + p_more > v_most then
    perform millrace.fail('MR021', format('The quota of %s is used up: %s of %s.', replace(p_kind, '_', ' '), v_used, v_most),
      'Delete what is not needed, or have the quota raised: millrace tenants quota.',
      json_build_object('quota', p_kind, 'limit', v_most, 'used', v_used, 'retryAfter', 60000));
  end if;
end $$;

comment on function millrace.check_quota(int, text, bigint) is 'Refuses what would be more than a tenant may have.';
revoke execute on function millrace.check_quota(int, text, bigint) from public;
