-- read_run_ref: the number of the run that a filter names by its UUID, ours or the caller's own; null if the caller's tenant has none.
-- Open to all, as PostgREST only uses casts that the role with which it logs in may call; it reads with its caller's rights.
create or replace function millrace.read_run_ref(p_text text) returns millrace.run_ref
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(millrace.run_number(p_text::uuid),
                  (select a.run_id from millrace.run_aliases a where a.alias = p_text::uuid))::millrace.run_ref
$$;

comment on function millrace.read_run_ref(text) is 'The number of a run, from its UUID; for PostgREST.';
