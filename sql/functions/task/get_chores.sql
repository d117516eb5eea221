-- get_chores: what a worker should know when it has claimed: when something here comes due, whether there are routes it
-- has not seen, what time it is here, and what somebody should do (bit 1: recover, because the time of a worker or watcher
-- is over; bit 2: expire_runs; bit 4: work_bulk; bit 8: prune_history;
-- bit 16: close_children; bit 64: work_events; bit 128: due_schedules; bit 256: work_webhooks;
-- bit 512: work_entities).
create or replace function millrace.get_chores(p_tenant int, p_now timestamptz, p_since timestamptz default '-infinity')
returns table (due_ms bigint, newest_route int, chores int, clock timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select ceil(extract(epoch from least(
            (select l.wake_at from millrace.live l where l.state = 'w' and l.wake_at > p_since order by l.wake_at limit 1),
            (select l.timeout_at from millrace.live l where l.timeout_at > p_since order by l.timeout_at limit 1),
            (select b.next_at from millrace.bulk_operations b where b.next_at > p_now order by b.next_at limit 1),
            (select t.next_at from millrace.retention t where t.next_at > p_now order by t.next_at limit 1),
            (select n.opens_at from millrace.lanes n where n.opens_at > p_now order by n.opens_at limit 1),
            (select c.closes_at from millrace.children c where c.closes_at > p_now order by c.closes_at limit 1),
            (select s.wake_at from millrace.schedules s where s.wake_at > p_now order by s.wake_at limit 1),
            (select k.due_at from millrace.webhooks k where k.due_at > p_now order by k.due_at limit 1),
            case when v.entity > p_now then v.entity end, case when v.due > p_now then v.due end)
            - p_now) * 1000)::bigint,
         (select max(r.id) from millrace.routes r),
         case when exists (select from millrace.workers w where greatest(w.expires_at, w.recover_at) <= pg_catalog.clock_timestamp())
                or exists (select from millrace.watchers w where w.expires_at <= pg_catalog.clock_timestamp()) then 1 else 0 end
         | case when exists (select from millrace.live l where l.timeout_at > p_since and l.timeout_at <= p_now) then 2 else 0 end
         | case when exists (select from millrace.bulk_operations b where b.next_at <= p_now) then 4 else 0 end
         | case when exists (select from millrace.retention t where t.next_at <= p_now) then 8 else 0 end
         | case when exists (select from millrace.children c where c.closes_at <= p_now) then 16 else 0 end
         | case when v.due <= p_now then 64 else 0 end
         | case when exists (select from millrace.schedules s where s.wake_at <= p_now) then 128 else 0 end
         | case when exists (select from millrace.webhooks k where k.due_at <= p_now)
                or exists (select from millrace.webhook_deliveries d where d.status = 'p' and d.next_at is null) then 256 else 0 end
         | case when v.entity <= p_now then 512 else 0 end,
         p_now
  from (select millrace.events_due(p_now) as due,
          (select e.due_at from millrace.entities e
           where e.due_at is not null and (e.timer -> 'rests') is null order by e.due_at limit 1) as entity offset 0) v
$$;

comment on function millrace.get_chores(int, timestamptz, timestamptz) is 'When something comes due, the newest route, and what somebody should do.';
revoke execute on function millrace.get_chores(int, timestamptz, timestamptz) from public;
