-- schedule_json: a schedule as JSON, with the fields of get_schedules.   p_options  tenant
create or replace function millrace.schedule_json(p_options jsonb, p_name text) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select to_json(g) from millrace.get_schedules(
    jsonb_build_object('tenant', coalesce(p_options ->> 'tenant', 'default'), 'id', p_name)) g
$$;

comment on function millrace.schedule_json(jsonb, text) is 'A schedule as JSON.';
revoke execute on function millrace.schedule_json(jsonb, text) from public;
