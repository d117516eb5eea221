-- show_run_ref: a run's UUID as JSON: the one under which it was started, if that was the caller's own.
-- Open to all, as PostgREST only uses casts that the role with which it logs in may call; it reads with its caller's rights.
create or replace function millrace.show_run_ref(p_run millrace.run_ref) returns json
language sql stable set search_path = pg_catalog, pg_temp as $$
  select to_json(coalesce((select (r.meta::json ->> 'id')::uuid from millrace.runs r where r.id = p_run and r.meta is not null),
                          millrace.run_uuid(p_run)))
$$;

comment on function millrace.show_run_ref(millrace.run_ref) is 'A run''s UUID, for PostgREST.';
