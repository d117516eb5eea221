-- let_go_behind: runs whose owner does not know their journal: at a number that it wants to write stands another row. A
-- call that it had sent twice came late the first time, and ended a wait without anybody hearing of it. Nothing of such a
-- run is written now; it goes back to the queue, and its next owner reads the journal anew (the crash histories found it).
-- Returns: p_only without them. Transitions: leased -> queued, or paused as asked. Locks: none, the caller holds the live rows.
create or replace function millrace.let_go_behind(
  p_runs bigint[], p_only bigint[], c_runs bigint[], c_seqs int[], c_kinds "char"[], c_names text[], c_data text[]) returns bigint[]
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_behind bigint[];
  v_turn   bigint;
begin
  select array_agg(distinct u.id) into v_behind
  from unnest(c_runs, c_seqs, c_kinds, c_names, c_data) u (id, seq, kind, name, data)
  join millrace.checkpoints c on c.run_id = u.id and c.seq = u.seq
  where (p_only is null or u.id = any (p_only)) and (c.kind, c.name, c.data) is distinct from (u.kind, u.name, u.data);
  if v_behind is null then
    return p_only;
  end if;
  v_turn := nextval('millrace.numbers') * 1024;
  perform millrace.apply_ask(l.run_id, l.task, 0, millrace.clock()) from millrace.live l
  where l.run_id = any (v_behind) and l.ask is not null;
  update millrace.live l
  set state = 'q', turn = v_turn, worker_id = null, fence = null, wake_at = null,
      seq = (select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = l.run_id)
  where l.run_id = any (v_behind) and l.state = 'l';
  perform millrace.hint();
  return array(select x from unnest(coalesce(p_only, p_runs)) x where x <> all (v_behind));
end $$;

comment on function millrace.let_go_behind(bigint[], bigint[], bigint[], int[], "char"[], text[], text[]) is
  'Gives up runs whose owner does not know their journal.';
revoke execute on function millrace.let_go_behind(bigint[], bigint[], bigint[], int[], "char"[], text[], text[]) from public;
