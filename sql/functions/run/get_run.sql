-- get_run: one run, as JSON.   options: tenant, resource_id (then a run of another resource is not found)
-- Raises: MR041 if there is none.   Example: select millrace.get_run('…') ->> 'status';
create or replace function millrace.get_run(run_id uuid, options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_run', options, '{"resource_id": "text"}');
begin
  return (select j.run from millrace.run_json(v_tenant, array[millrace.find_run(v_tenant, get_run.run_id, options ->> 'resource_id')]) j);
end $$;

comment on function millrace.get_run(uuid, jsonb) is 'One run, as JSON: status, input, output, failure, times.';
revoke execute on function millrace.get_run(uuid, jsonb) from public;
