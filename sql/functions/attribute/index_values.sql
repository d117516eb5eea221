-- index_values: takes what owners set by step.setAttributes into the index, in the call that writes it into their journals.
--   p_only  the runs whose fence holds; null: all    p_values  [{run, values}], in order: of a name the last counts
-- Locks: none, the caller holds the live rows.
create or replace function millrace.index_values(p_tenant int, p_only bigint[], p_values json) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_one record;
begin
  for v_one in
    select x.run, jsonb_object_agg(x.name, x.value) as given
    from (select distinct on (e.run, v.name) e.run, v.name, v.value
          from json_array_elements(p_values) with ordinality s (item, i),
          lateral (select (s.item ->> 'run')::bigint as run) e,
          lateral jsonb_each((s.item -> 'values')::jsonb) v (name, value)
          where p_only is null or e.run = any (p_only)
          order by e.run, v.name, s.i desc) x
    group by x.run order by x.run
  loop
    perform millrace.index_run(p_tenant, v_one.run, v_one.given);
  end loop;
end $$;

comment on function millrace.index_values(int, bigint[], json) is 'Takes what owners set as attributes into the index.';
revoke execute on function millrace.index_values(int, bigint[], json) from public;
