-- lease_rows: writes the lease into live rows that the caller has locked, and returns what their new owner needs.
-- A journal row is kind, name, a line feed, data; the names of steps hold no line feed. wait_ms: what is left of each wait, null
-- without a time; -1 says that a wait for time alone is over: its owner records that (kind t) with whatever it writes next, as
-- there is nothing that could still change it. A backoff or poll leaves no row.
-- A row that still waits has one wait, which is over: of one for a message the caller has written the end (claim_due). Or it
-- is leased ahead of its time (p_ahead): its owner counts it as over when due_ms have passed since p_now.
-- p_begins: the runs have lanes, which become those of runs that have begun. Without it, who has no keys leaves its lane.
drop function if exists millrace.lease_rows(tid[], bigint, bigint, timestamptz, boolean);
create or replace function millrace.lease_rows(p_rows tid[], p_worker bigint, p_fence bigint, p_now timestamptz,
  p_ahead boolean default false, p_begins boolean default false)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language sql volatile security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  with mine as (
    update millrace.live l
    set lane = case when p_begins or l.lane not in (0, 1) then l.lane | 1 else 0 end,
        state = 'l', worker_id = p_worker, fence = p_fence, stamp = null, wake_at = null,
        seq = l.seq + case when l.state = 'w' and l.wait_names[1] is not null then 1 else 0 end,
        wait_keys = case when l.state <> 'w' or (l.wait_names[1] is null and l.wait_keys[1] !~ '^[~?]') then l.wait_keys end,
        wait_names = case when l.state <> 'w' or (l.wait_names[1] is null and l.wait_keys[1] !~ '^[~?]') then l.wait_names end,
        wait_until = case when l.state <> 'w' or (l.wait_names[1] is null and l.wait_keys[1] !~ '^[~?]') then l.wait_until end
    where l.ctid = any (p_rows)
    returning l.run_id, l.task, l.turn, l.route_id, l.crashes, l.seq, l.timeout_at, l.wait_keys, l.wait_names, l.wait_until)
  select m.run_id, m.task, p_fence, m.turn, m.route_id, m.crashes::int,
         (extract(epoch from m.timeout_at - p_now) * 1000)::bigint, r.input, r.meta,
         case when m.seq > 0 then array(
           select c.kind::text || coalesce(c.name, '') || chr(10) || coalesce(c.data, '')
           from millrace.checkpoints c where c.run_id = m.run_id order by c.seq) end,
         m.wait_keys,
         case when m.wait_keys is not null then array(
           select (case when w.name is null and (w.until <= p_now or p_ahead) and w.key !~ '^[~?]' then -1
                   when w.until is not null then greatest(ceil(extract(epoch from w.until - p_now) * 1000), 0) end)::bigint
           from unnest(m.wait_keys, m.wait_names, m.wait_until) with ordinality w (key, name, until, i) order by w.i) end,
         case when p_ahead then ceil(extract(epoch from m.wait_until[1] - p_now) * 1000)::bigint end,
         null::int, null::int, null::timestamptz
  from mine m join millrace.runs r on r.id = m.run_id
  order by m.turn  -- the update returns them as they lie in the table, which is no order at all
$$;

comment on function millrace.lease_rows(tid[], bigint, bigint, timestamptz, boolean, boolean) is 'Writes the lease into locked live rows and returns their runs.';
revoke execute on function millrace.lease_rows(tid[], bigint, bigint, timestamptz, boolean, boolean) from public;
