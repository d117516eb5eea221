-- find_run: the run id behind a UUID: one of ours, or one that the caller chose at the start.
-- p_resource: as an owner check; a run of another resource is not found.
-- Raises: MR041 if the tenant has no such run.
create or replace function millrace.find_run(p_tenant int, p_run uuid, p_resource text default null) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_id   bigint := millrace.run_number(p_run);
  v_meta text;
begin
  if v_id is null then
    select a.run_id into v_id from millrace.run_aliases a where a.tenant_id = p_tenant and a.alias = p_run;
  end if;
  select r.id, r.meta into v_id, v_meta from millrace.runs r where r.id = v_id and r.tenant_id = p_tenant;
  if v_id is null or (p_resource is not null and p_resource is distinct from v_meta::json ->> 'resource') then
    perform millrace.fail('MR041', format('There is no run %s%s.', p_run,
      case when p_resource is not null then format(' of resource "%s"', p_resource) else '' end),
      'Check the id. Another tenant''s runs, and those of another resource, are never shown.',
      json_build_object('run_id', p_run));
  end if;
  return v_id;
end $$;

comment on function millrace.find_run(int, uuid, text) is 'The run id behind a UUID of ours or of the caller''s; MR041 if there is none.';
revoke execute on function millrace.find_run(int, uuid, text) from public;
