-- check_live: refuses starts of a tenant that has as many unfinished runs as it may have. They are counted about once a second, so some
-- more may get in. Children are not refused: what has begun shall come to its end.
-- Raises: MR021 with quota, limit and used in its details. Locks: see count_live.
create or replace function millrace.check_live(p_tenant int, p_more int, p_metas text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_most bigint := millrace.quota(p_tenant, 'live_runs');
  v_used bigint;
begin
  if v_most is null or p_more < 1 or exists (select from unnest(p_metas) m where m::jsonb ? 'parent') then
    return;
  end if;
  v_used := millrace.count_live(p_tenant);
  if v_used + p_more > v_most then
    perform millrace.fail('MR021', format('The quota of live runs is used up: %s of %s.', v_used, v_most),
      'Start it again when others have ended, or have the quota raised: millrace tenants quota.',
      json_build_object('quota', 'live_runs', 'limit', v_most, 'used', v_used, 'retryAfter', 1000));
  end if;
end $$;

comment on function millrace.check_live(int, int, text[]) is 'Refuses starts of a tenant that has as many unfinished runs as it may have.';
revoke execute on function millrace.check_live(int, int, text[]) from public;
