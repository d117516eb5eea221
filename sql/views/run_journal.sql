-- run_journal: the journals of all runs as get_journal gives that of one: the checkpoints, and behind them what was recorded with the
-- outcome. To be asked for single runs: only the number of the run is indexed.
create or replace view millrace.run_journal with (security_invoker = true) as
select c.run_id, c.tenant_id, c.seq, c.at, c.kind, c.name, c.data from millrace.checkpoints c
union all
select o.run_id, o.tenant_id, n.length + t.i::int - 1, o.at, (t.row ->> 0)::"char", t.row ->> 1,
       case when t.row ->> 0 like '_=%' then o.output else (t.row -> 2)::text end
from millrace.outcomes o
cross join lateral (select coalesce(max(c.seq) + 1, 0) as length from millrace.checkpoints c where c.run_id = o.run_id) n
cross join lateral json_array_elements(o.tail::json) with ordinality t (row, i);

comment on view millrace.run_journal is 'The journals of runs, in one list.';
