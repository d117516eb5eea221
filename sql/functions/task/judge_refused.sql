-- judge_refused: why nothing was taken of what an owner said about a run.   Returns:
--   verdict  s: the run is not the caller's any more · u: it was cancelled, and its steps have undos: the owner says again what it
--            said, with row b of the journal among it
--   undo     u: the data of that row
--   length   u: of the journal: longer than the owner knows it, if an earlier sending of the same was taken whose reply was lost
create or replace function millrace.judge_refused(p_run bigint, p_task int, p_fence bigint)
returns table (verdict "char", length int, undo text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select case when l.run_id is null then 's'::"char" else 'u' end,
         case when l.run_id is not null
         then (select coalesce(max(c.seq) + 1, 0) from millrace.checkpoints c where c.run_id = p_run) end, l.undo_ask
  from (select 1) x
  left join millrace.live l on l.run_id = p_run and l.task = p_task and l.fence = p_fence and l.undo_ask is not null
$$;

comment on function millrace.judge_refused(bigint, int, bigint) is 'Why nothing was taken of what an owner said about a run.';
revoke execute on function millrace.judge_refused(bigint, int, bigint) from public;
