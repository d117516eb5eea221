-- get_journal: a run's journal, in order: checkpoints, then those that were recorded with the outcome (its tail). There a
-- kind with = behind it says that the data are the output: many runs return what their last step gave.
create or replace function millrace.get_journal(p_run bigint)
returns table (seq int, at timestamptz, kind "char", name text, data text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select c.seq, c.at, c.kind, c.name, c.data from millrace.checkpoints c where c.run_id = p_run
  union all
  select (select coalesce(max(c.seq) + 1, 0) from millrace.checkpoints c where c.run_id = p_run) + t.i::int - 1,
         o.at, (t.row ->> 0)::"char", t.row ->> 1, case when t.row ->> 0 like '_=' then o.output else (t.row -> 2)::text end
  from millrace.outcomes o, json_array_elements(o.tail::json) with ordinality t (row, i)
  where o.run_id = p_run
  order by 1
$$;

comment on function millrace.get_journal(bigint) is 'A run''s journal, in order.';
revoke execute on function millrace.get_journal(bigint) from public;
