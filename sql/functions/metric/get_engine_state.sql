-- get_engine_state: how the engine is, for those who run it: of all tenants, without a name of any. In a bounded time.
-- Returns: a JSON object.
--   workers, draining (living ones), silent (whose time is over, and nobody has recovered their runs yet)
--   ready, ready_capped (runs that a worker could begin now, counted up to 100,000), queues (the same by queue)
--   due_seconds      for how long the run whose time came first has been due; 0: none is
--   snapshot_seconds age of the oldest transaction with a snapshot, prepared ones too: what it sees nothing can clean up
--   hidden_sessions  sessions of roles whose age the engine's owner may not see: grant it pg_read_all_stats
--   started, ended   runs since Postgres' statistics were reset; transactions that were rolled back are counted, too
--   events_due_seconds, schedules_due_seconds  for how long work of events and schedules has been due
create or replace function millrace.get_engine_state() returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now   timestamptz := millrace.clock();
  v_wall  timestamptz := pg_catalog.clock_timestamp();
  v_ready json;
  v_count int;
begin
  select coalesce(json_object_agg(q.queue, q.count), '{}'), coalesce(sum(q.count), 0) into v_ready, v_count
  from (select o.queue, count(*)::int as count
        from (select l.route_id from millrace.live l where l.state = 'q' order by l.route_id, l.lane, l.turn limit 100001) x
        join millrace.routes o on o.id = x.route_id group by o.queue order by 2 desc limit 200) q;
  return json_build_object(
    'workers', (select count(*) from millrace.workers w where w.expires_at > v_wall),
    'draining', (select count(*) from millrace.workers w where w.expires_at > v_wall and w.drain_at is not null),
    'silent', (select count(*) from millrace.workers w where w.expires_at <= v_wall),
    'ready', least(v_count, 100000), 'ready_capped', v_count > 100000, 'queues', v_ready,
    'due_seconds', coalesce(extract(epoch from v_now - (
      select l.wake_at from millrace.live l where l.state = 'w' and l.wake_at <= v_now order by l.wake_at limit 1)), 0),
    'events_due_seconds', greatest(coalesce(extract(epoch from v_now - millrace.events_due(v_now)), 0), 0),
    'schedules_due_seconds', coalesce(extract(epoch from v_now - (
      select s.wake_at from millrace.schedules s where s.wake_at <= v_now order by s.wake_at limit 1)), 0),
    'snapshot_seconds', greatest(0, extract(epoch from v_wall - least(
      (select min(a.xact_start) from pg_stat_activity a
       where a.datname = current_database() and a.backend_xmin is not null and a.pid <> pg_backend_pid()),
      (select min(p.prepared) from pg_prepared_xacts p where p.database = current_database())))),
    'hidden_sessions', (select count(*) from pg_stat_activity a
                        where a.datname = current_database() and a.query = '<insufficient privilege>'),
    'started', (select coalesce(sum(pg_stat_get_tuples_inserted(i.inhrelid)), 0) from pg_inherits i
                where i.inhparent = 'millrace.runs'::regclass),
    'ended', (select coalesce(sum(pg_stat_get_tuples_inserted(i.inhrelid)), 0) from pg_inherits i
              where i.inhparent = 'millrace.outcomes'::regclass));
end $$;

comment on function millrace.get_engine_state() is 'How the engine is, for those who run it, as JSON.';
revoke execute on function millrace.get_engine_state() from public;
