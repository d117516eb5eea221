-- get_queues: what lies in each queue: runs that are ready, delayed, at work, waiting and paused, and since when the oldest that is
-- ready was started. It reads all unfinished runs.
--   options  tenant, queue
-- Returns: a row for each queue with unfinished runs, the longest first; workers: living ones that take it.
-- Example: select queue, ready, now() - oldest as age from millrace.get_queues();
create or replace function millrace.get_queues(options jsonb default '{}')
returns table (queue text, ready int, delayed int, running int, waiting int, paused int, oldest timestamptz, workers int)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_queues', options, '{"queue": "text"}');
begin
  return query
  select r.queue, count(*) filter (where l.state in ('q', 's'))::int,
         count(*) filter (where l.state = 'w' and l.wait_keys = '{~start}')::int,
         count(*) filter (where l.state = 'l')::int, count(*) filter (where l.state = 'w' and l.wait_keys <> '{~start}')::int,
         count(*) filter (where l.state = 'p')::int,
         (select u.created_at from millrace.runs u where u.id = min(l.run_id) filter (where l.state in ('q', 's'))),
         (select count(*)::int from millrace.workers k
          where k.tenant_id in (0, v_tenant) and k.expires_at > pg_catalog.clock_timestamp()
            and (jsonb_typeof(k.info -> 'queues') is distinct from 'array' or k.info -> 'queues' ? r.queue))
  from millrace.live l join millrace.routes r on r.id = l.route_id
  where l.tenant_id = v_tenant and l.task = 0 and (options ->> 'queue' is null or r.queue = options ->> 'queue')
  group by r.queue order by 2 desc, 1;
end $$;

comment on function millrace.get_queues(jsonb) is 'What lies in each queue.';
revoke execute on function millrace.get_queues(jsonb) from public;
