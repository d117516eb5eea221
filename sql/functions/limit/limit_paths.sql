-- limit_paths: the paths into the input that a run of a workflow in a queue shall be keyed by: those of all rules that hold for it,
-- in order; null if there are none.
create or replace function millrace.limit_paths(p_tenant int, p_workflow text, p_queue text) returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select array_agg(distinct k.path order by k.path)
  from millrace.limits l,
  lateral (select l.rules -> 'fairness' as rule
           union all select jsonb_array_elements(l.rules -> 'concurrency') union all select jsonb_array_elements(l.rules -> 'rate')) r,
  lateral jsonb_array_elements_text(r.rule -> 'key') k (path)
  where l.tenant_id = p_tenant and (l.kind, l.name) in (('w', p_workflow), ('q', p_queue))
$$;

comment on function millrace.limit_paths(int, text, text) is 'The paths into the input that runs of a workflow in a queue are keyed by.';
revoke execute on function millrace.limit_paths(int, text, text) from public;
