-- tick: wakes the runs whose wait is over by time: at most p_max, the earliest first. A wait that ends by time becomes a
-- checkpoint (t; o where a message was waited for), unless its key begins with ~ or ? (backoffs and polls: what follows
-- them is recorded instead).
-- Transitions: waiting -> queued. Locks: live rows, skipping locked ones: whoever holds one is ending that wait anyway.
create or replace function millrace.tick(p_max int default 1000, p_since timestamptz default '-infinity') returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off as $$
declare
  v_now    timestamptz := millrace.clock();
  v_rows   tid[];  -- of runs with one wait: nearly all
  v_mixed  tid[];  -- of runs with several, of which some may not be over
  v_turn   bigint;
  v_count  int;
  v_runs   bigint[];  -- those of whom somebody may hear
  v_seqs   int[];
begin
  select array_agg(x.ctid) filter (where not x.mixed), array_agg(x.ctid) filter (where x.mixed), count(*) into v_rows, v_mixed, v_count
  from (select l.ctid, cardinality(l.wait_keys) > 1 as mixed
        from millrace.live l where l.state = 'w' and l.wake_at <= v_now and l.wake_at > p_since
        order by l.wake_at limit least(p_max, 1000) for update skip locked) x;
  if v_count = 0 then
    return 0;
  end if;
  if exists (select from millrace.follows) then
    select array_agg(l.run_id), array_agg(l.seq) into v_runs, v_seqs
    from unnest(v_rows || v_mixed) u (tid) join millrace.live l on l.ctid = u.tid;
  end if;
  v_turn := nextval('millrace.numbers') * 1024;
  if v_rows is not null then
    insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name)
    select l.run_id, v_now, l.seq, l.tenant_id, (case when l.wait_names[1] is null then 't' else 'o' end)::"char", l.wait_keys[1]
    from unnest(v_rows) u (tid) join millrace.live l on l.ctid = u.tid where l.wait_keys[1] !~ '^[~?]';

    update millrace.live l
    set state = 'q', turn = v_turn + u.i, wake_at = null, seq = l.seq + case when l.wait_keys[1] ~ '^[~?]' then 0 else 1 end,
        wait_keys = null, wait_names = null, wait_until = null
    from unnest(v_rows) with ordinality u (tid, i) where l.ctid = u.tid;
  end if;
  if v_mixed is not null then
    insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name)
    select x.run_id, v_now, x.seq + (row_number() over (partition by x.run_id order by x.i))::int - 1, x.tenant_id,
           (case when x.name is null then 't' else 'o' end)::"char", x.key
    from (select distinct on (l.run_id, w.key) l.run_id, l.seq, l.tenant_id, w.key, w.name, w.i  -- several of one key are one wait
          from unnest(v_mixed) u (tid) join millrace.live l on l.ctid = u.tid,
          lateral unnest(l.wait_keys, l.wait_names, l.wait_until) with ordinality w (key, name, until, i)
          where w.until <= v_now and w.key !~ '^[~?]' order by l.run_id, w.key, w.i) x;

    update millrace.live l
    set state = 'q', turn = v_turn + coalesce(cardinality(v_rows), 0) + u.i, wake_at = null, seq = l.seq + rest.ended,
        wait_keys = rest.keys, wait_names = rest.names, wait_until = rest.untils
    from unnest(v_mixed) with ordinality u (tid, i) join millrace.live o on o.ctid = u.tid,
    lateral (select (count(distinct w.key) filter (where w.until <= v_now and w.key !~ '^[~?]'))::int as ended,
                    array_agg(w.key order by w.i) filter (where w.until is null or w.until > v_now) as keys,
                    array_agg(w.name order by w.i) filter (where w.until is null or w.until > v_now) as names,
                    array_agg(w.until order by w.i) filter (where w.until is null or w.until > v_now) as untils
             from unnest(o.wait_keys, o.wait_names, o.wait_until) with ordinality w (key, name, until, i)) rest
    where l.ctid = u.tid;
  end if;
  perform millrace.tell(v_runs, v_seqs);
  perform millrace.hint();
  return v_count;
end $$;

comment on function millrace.tick(int, timestamptz) is 'Wakes runs whose wait is over by time; returns how many.';
revoke execute on function millrace.tick(int, timestamptz) from public;
