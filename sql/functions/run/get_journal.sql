-- get_journal: a run's journal, in order: checkpoints, then those that were recorded with the outcome (its tail). There a
-- kind with = behind it says that the data are the output: many runs return what their last step gave. begun: the length of the
-- journal when an attempt began, seq unless other steps ran beside it.
drop function if exists millrace.get_journal(bigint);
create or replace function millrace.get_journal(p_run bigint)
returns table (seq int, at timestamptz, kind "char", name text, data text, begun int)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select c.seq, c.at, c.kind, c.name, c.data, coalesce(c.begun, c.seq) from millrace.checkpoints c where c.run_id = p_run
  union all
  select x.seq, o.at, (t.row ->> 0)::"char", t.row ->> 1, case when t.row ->> 0 like '_=%' then o.output else (t.row -> 2)::text end,
         coalesce(substring(t.row ->> 0 from '[0-9]+$')::int, x.seq)
  from millrace.outcomes o, json_array_elements(o.tail::json) with ordinality t (row, i),
  lateral (select (select coalesce(max(c.seq) + 1, 0) from millrace.checkpoints c where c.run_id = p_run) + t.i::int - 1 as seq) x
  where o.run_id = p_run
  order by 1
$$;

comment on function millrace.get_journal(bigint) is 'A run''s journal, in order.';
revoke execute on function millrace.get_journal(bigint) from public;
