-- cancel_runs: ends runs, whatever they do. After this no attempt of theirs starts: the owner's next write is stale, and
-- it is told at once. Those that have undos (begin_undo) stay alive until these have ended, and those whose undos have begun are left
-- alone. Returns the runs that this call ended, or whose undos it began. p_failure: null cancels; else they fail with it (a time-out).
--   p_stuck    only those that the engine paused; one that it paused among its undos is ended at once
--   p_at_once  undos that have not ended do not run
-- Transitions: any live state -> ended; with undos: see begin_undo. Locks: live rows of the runs and their parents, ascending.
drop function if exists millrace.cancel_runs(int, bigint[], json, text);
drop function if exists millrace.cancel_runs(int, bigint[], json, text, boolean);
create or replace function millrace.cancel_runs(
  p_tenant int, p_runs bigint[], p_note json, p_failure text default null, p_stuck boolean default false,
  p_at_once boolean default false)
returns setof bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now     timestamptz;
  v_parents bigint[];
  v_mine    bigint[];       -- what was locked: a run whose start commits after that look is none of this call's
  v_states  "char"[];
  v_limits  timestamptz[];
  v_stuck   boolean[];
  v_undos   "char"[];
  v_gone    bigint[];
  v_undo    bigint[];       -- those that have undos, which begin now
  v_held    bigint[];
  v_heard   bigint[];       -- were sent messages
  v_laned   boolean;
begin
  v_parents := array(select millrace.parent_of(r.meta) from millrace.runs r where r.id = any (p_runs) and r.tenant_id = p_tenant);
  select array_agg(x.run_id), array_agg(x.state), array_agg(x.timeout_at), array_agg(x.stuck), array_agg(x.undo)
  into v_mine, v_states, v_limits, v_stuck, v_undos
  from (select l.run_id, l.task, l.state, l.timeout_at, l.undo, l.state = 'p' and l.reason in ('c', 'h', 'l', 'u') as stuck
        from millrace.live l
        where l.run_id = any (p_runs || v_parents) and l.tenant_id = p_tenant order by l.run_id, l.task for update) x
  where x.task = 0;
  v_now := millrace.clock();
  select array_agg(x.id order by x.id) filter (where x.ends), array_agg(x.id) filter (where x.ends and x.state = 'l'),
         array_agg(x.id order by x.id) filter (where not x.ends and x.undo = 'a')
  into v_gone, v_held, v_undo
  from (select u.*, p_at_once or u.undo is null or p_stuck and u.undo = 'b' as ends
        from unnest(v_mine, v_states, v_limits, v_stuck, v_undos) u (id, state, until, stuck, undo)) x
  where x.id = any (p_runs) and (p_failure is null or x.until <= v_now) and (x.stuck or not p_stuck);
  if v_undo is not null then
    perform millrace.begin_undo(v_undo, p_note, p_failure, v_now);
    return query select unnest(v_undo);
  end if;
  if v_gone is null then
    return;
  end if;
  with gone as (delete from millrace.live l where l.run_id = any (v_gone) returning l.run_id, l.buffered, l.lane)
  select array_agg(g.run_id) filter (where g.buffered is not null), bool_or(g.lane <> 0) into v_heard, v_laned from gone g;
  if v_laned then
    perform millrace.hint();  -- somebody may have waited for its place
  end if;
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
  select u.id, v_now, coalesce((select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = u.id), 0), p_tenant,
         'x', p_note::text
  from unnest(v_gone) u (id) where p_failure is null;
  perform millrace.end_runs(p_tenant, null, v_gone,
    array_fill(case when p_failure is null then 'x'::"char" else 'f' end, array[cardinality(v_gone)]),
    null, case when p_failure is not null then array_fill(p_failure, array[cardinality(v_gone)]) end,
    array(select millrace.parent_of(r.meta)
          from unnest(v_gone) with ordinality u (id, i) join millrace.runs r on r.id = u.id order by u.i),
    v_heard, v_now);
  if exists (select from millrace.follows) then
    perform millrace.tell(array_agg(u.id), array_agg(case when p_failure is null then (
      select c.seq from millrace.checkpoints c where c.run_id = u.id order by c.seq desc limit 1) end)) from unnest(v_gone) u (id);
  end if;
  if v_held is not null then
    perform pg_notify('millrace', 'look ' || array_to_string(v_held[1:300], ' '));
  end if;
  return query select unnest(v_gone);
end $$;

comment on function millrace.cancel_runs(int, bigint[], json, text, boolean, boolean) is 'Ends runs, whatever they do; returns those that were alive.';
revoke execute on function millrace.cancel_runs(int, bigint[], json, text, boolean, boolean) from public;
