-- report_running: a worker says which steps have run for long (people see them), and asks which of its leases are over,
-- so that it can abort the handlers. Returns those runs; and, with a minus before their numbers, those that were cancelled and whose
-- steps are to be undone: they stay its own. Writes nothing while there is nothing new to report.
-- Locks: the worker's row, if it reports.
create or replace function millrace.report_running(p_worker bigint, p_running jsonb, p_runs bigint[], p_fences bigint[])
returns setof bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  update millrace.workers w set running = p_running where w.id = p_worker and w.running is distinct from p_running;
  return query
  select case when l.run_id is null then u.id else - u.id end
  from unnest(p_runs, p_fences) u (id, fence) left join millrace.live l on l.run_id = u.id and l.fence = u.fence
  where l.run_id is null or l.undo_ask is not null;
end $$;

comment on function millrace.report_running(bigint, jsonb, bigint[], bigint[]) is 'Reports long steps; returns the runs whose lease is over.';
revoke execute on function millrace.report_running(bigint, jsonb, bigint[], bigint[]) from public;
