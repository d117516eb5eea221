-- park_runs: the part of advance_tasks for runs that go on living. The caller holds the live rows of p_mine.
-- A wait that has ended already (its message is buffered, its time is over, or an earlier call whose reply was lost wrote
-- it into the journal) is not begun: the journal row is news to the owner, and the run stays leased. Whoever finds a
-- message here and whoever sends one hold the same lock, so none is missed.
--   p_from  the time from which the waits count
create or replace function millrace.park_runs(
  p_only bigint[], p_ask bigint[], p_runs bigint[], p_tasks int[], p_ops "char"[], p_seqs int[], p_outputs text[],
  p_keys text[], p_names text[], p_ms text[], p_stamp bigint, p_from timestamptz, p_now timestamptz)
returns table (run_id bigint, verdict "char", seq int, kind "char", name text, data text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_turn bigint := nextval('millrace.numbers') * 1024;
  v_news bigint[];
  v_laned boolean;
begin
  with told as (
    update millrace.live l
    set wait_keys = o.wait_keys, wait_names = o.wait_names, wait_until = o.wait_until,
        stamp = case when o.told then p_stamp else l.stamp end,
        state = case when o.stays then l.state when o.op = 'p' then 'p' when o.op = 'y' then 'q' else 'w' end,
        reason = case when o.stays then l.reason when o.op = 'p' then o.output::"char" end,
        turn = case when o.stays then l.turn else v_turn + o.i end,
        seq = case when o.stays then l.seq else o.seq end,
        crashes = case when o.stays then l.crashes else 0 end,
        worker_id = case when o.stays then l.worker_id end,
        fence = case when o.stays then l.fence end,
        wake_at = case when o.stays then l.wake_at when o.op = 'w' then (select min(t) from unnest(o.wait_until) t) end
    from (
      select o.ctid, u.op, u.seq, u.output, u.i, u.keys is not null as told, w.*,
             n.news or u.op = 'k' or (p_ask is not null and u.id = any (p_ask)) as stays, n.news
      from unnest(p_runs, p_tasks, p_ops, p_seqs, p_outputs, p_keys, p_names, p_ms) with ordinality
           u (id, task, op, seq, output, keys, names, ms, i)
      join millrace.live o on o.run_id = u.id and o.task = u.task,
      lateral (select coalesce(u.keys::text[], o.wait_keys) as wait_keys,
                      case when u.keys is null then o.wait_names else u.names::text[] end as wait_names,
                      -- a time that is to stay as it was, but is not there, ended in a call whose reply was lost: it is over now
                      case when u.keys is null then o.wait_until
                      else (select array_agg(case when e.ms is not null then p_from + e.ms * interval '1 ms'
                                   when e.name is null and e.key <> all (coalesce(o.wait_keys, '{}')) then p_now
                                   else (select min(b.until) from unnest(o.wait_keys, o.wait_until) b (key, until) where b.key = e.key) end
                                   order by e.i)
                            from unnest(u.keys::text[], u.names::text[], u.ms::bigint[]) with ordinality e (key, name, ms, i))
                      end as wait_until) w,
      lateral (select u.keys is not null
                      and (exists (select from unnest(w.wait_until) t where t <= p_now)
                           or exists (select from millrace.checkpoints c where c.run_id = u.id and c.seq >= u.seq)
                           or exists (select from millrace.signals g
                                      where g.run_id = u.id and g.taken is null and g.name = any (w.wait_names))) as news) n
      where (u.keys is not null or u.op in ('w', 'y', 'p')) and (p_only is null or u.id = any (p_only))
      offset 0) o
    where l.ctid = o.ctid
    returning l.run_id, o.news, l.lane <> 0 and l.state <> 'l' as laned)
  select array_agg(t.run_id) filter (where t.news), bool_or(t.laned) into v_news, v_laned from told t;
  if v_laned then
    perform millrace.hint();  -- somebody may have waited for its place
  end if;

  if p_ask is not null then
    -- one that ended is not paused; nor is one whose owner has gone on: this call comes late
    return query
    select u.id, 'p'::"char", null::int, null::"char", null::text, null::text
    from (select x.* from unnest(p_runs, p_tasks, p_ops, p_seqs) x (id, task, op, seq)
          where x.id = any (p_ask) and (v_news is null or x.id <> all (v_news)) and x.op not in ('c', 'f', 'x')
            and not exists (select from millrace.checkpoints c where c.run_id = x.id and c.seq >= x.seq)
          offset 0) u,
         millrace.apply_ask(u.id, u.task, u.seq, p_now);
  end if;
  if v_news is not null then
    return query select u.id, 'n'::"char", x.seq, x.kind, x.name, x.data
                 from unnest(p_runs, p_tasks, p_seqs) u (id, task, seq), lateral millrace.settle(u.id, u.task, u.seq, p_now) x
                 where u.id = any (v_news);
  end if;
end $$;

comment on function millrace.park_runs(bigint[], bigint[], bigint[], int[], "char"[], int[], text[], text[], text[], text[], bigint, timestamptz, timestamptz) is
  'The part of advance_tasks for runs that go on living: waits, yields, pauses.';
revoke execute on function millrace.park_runs(bigint[], bigint[], bigint[], int[], "char"[], int[], text[], text[], text[], text[], bigint, timestamptz, timestamptz) from public;
