-- tick: wakes the runs whose wait is over by time: at most p_max, the earliest first. A wait that ends by time becomes a
-- checkpoint (t; o where a message was waited for), unless its key begins with ~ or ? (backoffs and polls: what follows
-- them is recorded instead).
-- Transitions: waiting -> queued. Locks: live rows, skipping locked ones: whoever holds one is ending that wait anyway.
create or replace function millrace.tick(p_max int default 1000) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now   timestamptz := millrace.clock();
  v_runs  bigint[];
  v_tasks int[];
  v_turn  bigint;
begin
  select array_agg(x.run_id), array_agg(x.task) into v_runs, v_tasks
  from (select l.run_id, l.task from millrace.live l where l.state = 'w' and l.wake_at <= v_now
        order by l.wake_at limit least(p_max, 1000) for update skip locked) x;
  if v_runs is null then
    return 0;
  end if;
  v_turn := nextval('millrace.numbers') * 1024;
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name)
  select l.run_id, v_now, l.seq + (row_number() over (partition by l.run_id order by w.i))::int - 1, l.tenant_id,
         (case when w.name is null then 't' else 'o' end)::"char", w.key
  from unnest(v_runs, v_tasks) u (run_id, task)
  join millrace.live l on l.run_id = u.run_id and l.task = u.task,
  lateral unnest(l.wait_keys, l.wait_names, l.wait_until) with ordinality w (key, name, until, i)
  where w.until <= v_now and w.key !~ '^[~?]';

  update millrace.live l
  set state = 'q', turn = v_turn + u.i, wake_at = null, seq = l.seq + rest.ended,
      wait_keys = rest.keys, wait_names = rest.names, wait_until = rest.untils
  from unnest(v_runs, v_tasks) with ordinality u (run_id, task, i)
  join millrace.live o on o.run_id = u.run_id and o.task = u.task,
  lateral (select (count(*) filter (where w.until <= v_now and w.key !~ '^[~?]'))::int as ended,
                  array_agg(w.key order by w.i) filter (where w.until is null or w.until > v_now) as keys,
                  array_agg(w.name order by w.i) filter (where w.until is null or w.until > v_now) as names,
                  array_agg(w.until order by w.i) filter (where w.until is null or w.until > v_now) as untils
           from unnest(o.wait_keys, o.wait_names, o.wait_until) with ordinality w (key, name, until, i)) rest
  where l.run_id = u.run_id and l.task = u.task;
  perform millrace.hint();
  return cardinality(v_runs);
end $$;

comment on function millrace.tick(int) is 'Wakes runs whose wait is over by time; returns how many.';
revoke execute on function millrace.tick(int) from public;
