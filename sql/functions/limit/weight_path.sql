-- weight_path: the path into the input where the weight of a run's key is, by the fairness of its workflow, else of its queue; null: none.
create or replace function millrace.weight_path(p_tenant int, p_workflow text, p_queue text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select l.rules -> 'fairness' ->> 'weight' from millrace.limits l
  where l.tenant_id = p_tenant and (l.kind, l.name) in (('w', p_workflow), ('q', p_queue))
    and l.rules -> 'fairness' ->> 'weight' is not null
  order by l.kind desc limit 1
$$;

comment on function millrace.weight_path(int, text, text) is 'The path into the input where the weight of a key is.';
revoke execute on function millrace.weight_path(int, text, text) from public;
