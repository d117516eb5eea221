-- advance_tasks: all that an owner has to say about its runs, in one call.
--   p_runs, p_tasks, p_fences   ascending; a fence that is not valid any more makes that run stale, and nothing of it is written
--   p_ops      k keep   c completed   f failed   x cancelled, once its undos have ended   w wait   y yield (to the queue)   p pause
--   p_seqs     the length of the journal when this call is done, as the owner knows it    c_*  checkpoints to append; c_begun may be null
--   p_tails    c, f, x: the last checkpoints, as JSON    p_outputs  c: output, f: failure, p: one letter, the reason
--   p_parents  c, f, x: the parent's run id, or null     p_children  starts of children, as JSON (start_children)
--   p_keys, p_names, p_ms   k, w, p: the run's waits, as array literals; ms null: as it was before, else for ever
--   p_asks, p_values, p_events  questions to people, attributes that were set, events emitted and waited for, as JSON (take_along)
--   p_successors  c: runs that go on as new ones, as JSON (continue_runs); these have no output, and tell no parent
--   p_transaction  what millrace.transaction was set to when the transaction began that this call shall be part of
--   p_stamp    rises with each sending by this worker, also when it sends the same again; null: sent once, come what may
--   p_patience  milliseconds: a row that somebody holds for longer fails the call (55P03), and the owner sends it apart
--   p_sent      what clock() showed when the owner sent this, or a little more: waits count from it
-- Returns: s stale; p paused, stop here; u undo: nothing of it was taken, say it again with a row b of these data (judge_refused); n news:
-- a journal row that ends a wait of the run, which stays leased: the owner goes on with it. A call may be repeated: a checkpoint that is
-- there is left alone, a run that left is stale, a wait that had ended is in the news. A sending after the next one is stale, or it might
-- end a wait unheard. Transitions: leased -> leased, queued, waiting, paused, ended. Locks: live rows of runs and parents, ascending.
-- Raises: MR001 if p_transaction is over.
drop function if exists millrace.advance_tasks(int, bigint[], int[], bigint[], "char"[], int[], text[], text[], bigint[], text[],
  text[], text[], bigint[], int[], "char"[], text[], text[], json, bigint, text, int, timestamptz, int[], json);
create or replace function millrace.advance_tasks(
  p_tenant int, p_runs bigint[], p_tasks int[], p_fences bigint[], p_ops "char"[], p_seqs int[], p_tails text[], p_outputs text[],
  p_parents bigint[], p_keys text[], p_names text[], p_ms text[], c_runs bigint[], c_seqs int[], c_kinds "char"[], c_names text[],
  c_data text[], p_children json default null, p_stamp bigint default null, p_transaction text default null, p_patience int default null,
  p_sent timestamptz default null, c_begun int[] default null, p_asks json default null, p_events json default null,
  p_values json default null, p_successors json default null)
returns table (run_id bigint, verdict "char", seq int, kind "char", name text, data text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now  timestamptz;
  v_only bigint[];      -- the runs whose fence holds; null: all
  v_ask  bigint[];      -- of these, the ones to be paused
  v_heard bigint[];     -- of those that end, the ones that were sent messages
  v_laned boolean;      -- one that ends held a place of a limit
begin
  if p_transaction is not null then
    perform millrace.check_transaction(p_transaction);
  end if;
  if p_patience is not null then
    perform set_config('lock_timeout', p_patience::text, true);  -- a user's open transaction must not hold up the runs beside its own
  end if;
  if p_ops <@ '{c,f}'::"char"[] and cardinality(c_runs) = 0 and array_remove(p_parents, null) = '{}' and p_successors is null then
    -- the hot path, nothing but endings: the delete is the lock and the check of the fence, for a tenth less WAL
    with gone as (
      delete from millrace.live l using unnest(p_runs, p_tasks, p_fences) u (id, task, fence)
      where l.run_id = u.id and l.task = u.task and l.fence = u.fence and l.tenant_id = p_tenant and l.undo_ask is null
      returning l.run_id, l.buffered, l.lane)
    select case when count(*) < cardinality(p_runs) then coalesce(array_agg(g.run_id), '{}') end,
           array_agg(g.run_id) filter (where g.buffered is not null), bool_or(g.lane <> 0)
    into v_only, v_heard, v_laned from gone g;
  else
    select x.mine, x.asked into v_only, v_ask
    from millrace.lock_runs(p_tenant, p_runs, p_tasks, p_fences, p_parents, p_stamp, c_runs, c_kinds, c_data) x;
    if p_successors is not null then
      perform millrace.continue_runs(p_tenant, v_only, p_successors);
    end if;
    with gone as (
      delete from millrace.live l using unnest(p_runs, p_ops) u (id, op)
      where u.op in ('c', 'f', 'x') and l.run_id = u.id and (v_only is null or u.id = any (v_only)) returning l.run_id, l.buffered, l.lane)
    select array_agg(g.run_id) filter (where g.buffered is not null), bool_or(g.lane <> 0) into v_heard, v_laned from gone g;
  end if;
  v_now := millrace.clock();
  if v_laned then
    perform millrace.hint();  -- somebody may have waited for its place
  end if;
  if cardinality(c_runs) > 0 then
    perform millrace.append_rows(p_tenant, v_only, c_runs, c_seqs, c_kinds, c_names, c_data, c_begun, v_now);
  end if;
  if p_children is not null then
    v_heard := v_heard || millrace.start_children(p_tenant, v_only, p_children, p_runs, p_ops);
  end if;
  if coalesce(p_values, p_asks, p_events) is not null then
    perform millrace.take_along(p_tenant, v_only, p_values, p_asks, p_events, v_now);
    select x.mine, x.asked into v_only, v_ask from millrace.drop_replaced(v_only, v_ask, p_runs, p_ops, p_events) x;
  end if;
  if p_ops && '{c,f,x}'::"char"[] then
    perform millrace.end_runs(p_tenant, v_only, p_runs, p_ops, p_tails, p_outputs, p_parents, v_heard, v_now);
  end if;
  perform millrace.tell_rows(v_only, p_runs, p_ops, c_runs, c_seqs);
  if p_ops && '{w,y,p}'::"char"[] or v_ask is not null or array_remove(p_keys, null) <> '{}' then
    return query select x.* from millrace.park_runs(v_only, v_ask, p_runs, p_tasks, p_ops, p_seqs, p_outputs, p_keys, p_names, p_ms,
      p_stamp, case when p_sent between v_now - interval '500 ms' and v_now then p_sent else v_now end, v_now) x;
    perform millrace.tell(p_runs);
  end if;
  if v_only is not null then
    return query select u.id, x.verdict, x.length, null::"char", null::text, x.undo
                 from unnest(p_runs, p_tasks, p_fences) u (id, task, fence), millrace.judge_refused(u.id, u.task, u.fence) x
                 where u.id <> all (v_only);
  end if;
end $$;

comment on function millrace.advance_tasks(int, bigint[], int[], bigint[], "char"[], int[], text[], text[], bigint[], text[], text[], text[], bigint[], int[], "char"[], text[], text[], json, bigint, text, int, timestamptz, int[], json, json, json, json) is
  'All that an owner has to say about its runs: results, endings, waits, pauses.';
revoke execute on function millrace.advance_tasks(int, bigint[], int[], bigint[], "char"[], int[], text[], text[], bigint[], text[], text[], text[], bigint[], int[], "char"[], text[], text[], json, bigint, text, int, timestamptz, int[], json, json, json, json) from public;
