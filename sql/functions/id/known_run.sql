-- known_run: the number of a run of this tenant behind a UUID of ours or of a caller's; null if there is none. See find_run.
create or replace function millrace.known_run(p_tenant int, p_uuid uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select r.id from millrace.runs r
  where r.id = coalesce(millrace.run_number(p_uuid),
                        (select a.run_id from millrace.run_aliases a where a.tenant_id = p_tenant and a.alias = p_uuid))
    and r.tenant_id = p_tenant
$$;

comment on function millrace.known_run(int, uuid) is 'The number of a run behind a UUID; null if there is none.';
revoke execute on function millrace.known_run(int, uuid) from public;
