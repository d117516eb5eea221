-- hand_back: the runs leased to workers that are gone (null: to anybody) go back to the queue, or to pause.
-- p_crashed: count it against them. A run that recorded something since it was claimed starts counting anew. From the
-- third crash on a run is suspected and handed out alone (state s), and while a dead worker held a suspect only the
-- suspect is blamed: a run that kills its worker is paused after five deaths, and none of its neighbours is.
-- A run that was cancelled meanwhile, and whose steps have undos, begins them (row b of its journal).
-- The workers' rows go with the last of their runs. After a crash runs that somebody holds are passed by, for all workers
-- wait for whoever recovers: the row of their worker stays, its lease over, and after a second somebody recovers it again.
-- Transitions: leased -> queued, suspected, paused. Locks: the live rows, ascending; those of crashed workers skipping
-- locked ones. The caller holds the workers' rows.
create or replace function millrace.hand_back(p_workers bigint[], p_crashed boolean) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now     timestamptz;
  v_turn    bigint;
  v_suspect bigint[] := '{}';  -- workers that held one
  v_row     record;
  v_deaths  int;
  v_pause   text;
  v_n       int := 0;
  v_mine    bigint[];        -- the runs that are locked
  v_busy    bigint[] := '{}';  -- workers some of whose runs others hold
  v_again   timestamptz;
begin
  if p_crashed then
    v_mine := array(select l.run_id from millrace.live l where l.state = 'l' and l.worker_id = any (p_workers)
                    order by l.run_id, l.task for update skip locked);
    select coalesce(array_agg(distinct l.worker_id), '{}'), coalesce(array_agg(l.worker_id) filter (where l.crashes >= 3), '{}')
    into v_busy, v_suspect
    from millrace.live l left join unnest(v_mine) u (id) on u.id = l.run_id
    where l.state = 'l' and l.worker_id = any (p_workers) and u.id is null;
  else
    v_mine := array(select l.run_id from millrace.live l where l.state = 'l' and (p_workers is null or l.worker_id = any (p_workers))
                    order by l.run_id, l.task for update);
  end if;
  v_now := millrace.clock();
  v_suspect := v_suspect || array(select l.worker_id from millrace.live l
                                  where l.run_id = any (v_mine) and l.state = 'l' and l.crashes >= 3);
  for v_row in
    select l.run_id, l.task, l.tenant_id, l.ask, l.undo_ask, l.crashes, l.seq, l.worker_id, l.worker_id = any (v_suspect) as shielded,
           coalesce((select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = l.run_id), 0) as length
    from millrace.live l where l.state = 'l' and l.run_id = any (v_mine) order by l.turn
  loop
    if v_n % 1024 = 0 then
      v_turn := nextval('millrace.numbers') * 1024;
    end if;
    v_deaths := case when not p_crashed or (v_row.shielded and v_row.crashes < 3) then v_row.crashes
                     when v_row.length > v_row.seq then 1 else v_row.crashes + 1 end;
    v_pause := case when v_deaths >= 5 then '{"reason":"poison","by":null}' else v_row.ask end;
    insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
    select v_row.run_id, v_now, v_row.length + (row_number() over ())::int - 1, v_row.tenant_id, x.kind, x.data
    from (values ('d'::"char", json_build_object('worker', v_row.worker_id::text, 'crashes', v_deaths)::text), ('b', v_row.undo_ask),
                 ('p', v_pause)) x (kind, data)
    where case x.kind when 'd' then p_crashed else x.data is not null end;
    update millrace.live l
    set state = case when v_pause is not null then 'p' when v_deaths >= 3 then 's' else 'q' end,
        reason = case when v_deaths >= 5 then 'c'::"char" when v_pause is not null then 'p' end,
        turn = v_turn + v_n % 1024, crashes = v_deaths, worker_id = null, fence = null, ask = null, undo_ask = null,
        seq = coalesce((select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = l.run_id), 0)
    where l.run_id = v_row.run_id and l.task = v_row.task;
    perform millrace.tell(array[v_row.run_id], array[v_row.length]);
    v_n := v_n + 1;
  end loop;
  delete from millrace.workers w where (p_workers is null or w.id = any (p_workers)) and w.id <> all (v_busy);
  v_again := clock_timestamp() + interval '1 s';
  update millrace.workers w set recover_at = v_again where w.id = any (v_busy);
  perform millrace.hint();
  return v_n;
end $$;

comment on function millrace.hand_back(bigint[], boolean) is 'Runs leased to workers that are gone go back to the queue, or to pause.';
revoke execute on function millrace.hand_back(bigint[], boolean) from public;
