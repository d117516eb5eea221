-- park_runs: the part of advance_tasks for runs that go on living. The caller holds the live rows of p_mine.
-- A wait that has ended already (its message is buffered, its time is over, or an earlier call whose reply was lost wrote
-- it into the journal) is not begun: the journal row is news to the owner, and the run stays leased. Whoever finds a
-- message here and whoever sends one hold the same lock, so none is missed.
create or replace function millrace.park_runs(
  p_only bigint[], p_ask bigint[], p_runs bigint[], p_tasks int[], p_ops "char"[], p_seqs int[], p_outputs text[],
  p_keys text[], p_names text[], p_ms text[], p_stamp bigint, p_now timestamptz)
returns table (run_id bigint, verdict "char", seq int, kind "char", name text, data text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_turn bigint;
  v_news bigint[] := '{}';
begin
  if array_remove(p_keys, null) <> '{}' then
    update millrace.live l
    set wait_keys = u.keys::text[], wait_names = u.names::text[], wait_until = x.untils, stamp = p_stamp
    from unnest(p_runs, p_tasks, p_keys, p_names, p_ms) u (id, task, keys, names, ms)
    join millrace.live o on o.run_id = u.id and o.task = u.task,
    -- a time that is to stay as it was, but is not there, ended in a call whose reply was lost: it is over now
    lateral (select array_agg(case when w.ms is not null then p_now + w.ms * interval '1 ms'
                     when w.name is null and w.key <> all (coalesce(o.wait_keys, '{}')) then p_now
                     else (select e.until from unnest(o.wait_keys, o.wait_until) e (key, until) where e.key = w.key) end
                     order by w.i) as untils
             from unnest(u.keys::text[], u.names::text[], u.ms::bigint[]) with ordinality w (key, name, ms, i)) x
    where u.keys is not null and (p_only is null or u.id = any (p_only)) and l.run_id = u.id and l.task = u.task;

    select coalesce(array_agg(u.id), '{}') into v_news
    from unnest(p_runs, p_tasks, p_keys, p_seqs) u (id, task, keys, seq)
    join millrace.live l on l.run_id = u.id and l.task = u.task
    where u.keys is not null and (p_only is null or u.id = any (p_only))
      and (exists (select from unnest(l.wait_until) t where t <= p_now)
           or exists (select from millrace.checkpoints c where c.run_id = u.id and c.seq >= u.seq)
           or exists (select from millrace.signals g where g.run_id = u.id and g.taken is null and g.name = any (l.wait_names)));
  end if;
  if p_ask is not null then
    -- one that ended is not paused; nor is one whose owner has gone on: this call comes late
    return query
    select u.id, 'p'::"char", null::int, null::"char", null::text, null::text
    from (select x.* from unnest(p_runs, p_tasks, p_ops, p_seqs) x (id, task, op, seq)
          where x.id = any (p_ask) and x.id <> all (v_news) and x.op not in ('c', 'f')
            and not exists (select from millrace.checkpoints c where c.run_id = x.id and c.seq >= x.seq)
          offset 0) u,
         millrace.apply_ask(u.id, u.task, u.seq, p_now);
  end if;
  if p_ops && '{w,y,p}'::"char"[] then
    v_turn := nextval('millrace.numbers') * 1024;
    update millrace.live l
    set state = case u.op when 'p' then 'p' when 'y' then 'q' else 'w' end,
        reason = case when u.op = 'p' then u.output::"char" end,
        turn = v_turn + u.i, seq = u.seq, crashes = 0, worker_id = null, fence = null,
        wake_at = case when u.op = 'w' then (select min(t) from unnest(l.wait_until) t) end
    from unnest(p_runs, p_tasks, p_ops, p_seqs, p_outputs) with ordinality u (id, task, op, seq, output, i)
    where u.op in ('w', 'y', 'p') and (p_only is null or u.id = any (p_only)) and (p_ask is null or u.id <> all (p_ask))
      and (cardinality(v_news) = 0 or u.id <> all (v_news)) and l.run_id = u.id and l.task = u.task;
  end if;
  if cardinality(v_news) > 0 then
    return query select u.id, 'n'::"char", x.seq, x.kind, x.name, x.data
                 from unnest(p_runs, p_tasks, p_seqs) u (id, task, seq), lateral millrace.settle(u.id, u.task, u.seq, p_now) x
                 where u.id = any (v_news);
  end if;
end $$;

comment on function millrace.park_runs(bigint[], bigint[], bigint[], int[], "char"[], int[], text[], text[], text[], text[], bigint, timestamptz) is
  'The part of advance_tasks for runs that go on living: waits, yields, pauses.';
revoke execute on function millrace.park_runs(bigint[], bigint[], bigint[], int[], "char"[], int[], text[], text[], text[], text[], bigint, timestamptz) from public;
