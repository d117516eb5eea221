-- get_events: the events that are kept, the newest first.
--   options  tenant, event_name, key, limit (20, at most 101), after (an event's id: older ones follow)
-- Of a name without a key at most 10,000 events are looked at. Returns: beside what was emitted: matched, the runs that waited then;
-- spreading, whether runs that wait are still being given it; started, the runs that it started. Raises: MR001 for an option.
-- Example: select name, key, emitted_at, matched from millrace.get_events('{"event_name": "paid", "key": "order-7"}');
create or replace function millrace.get_events(options jsonb default '{}')
returns table (id text, name text, key text, data json, emitted_at timestamptz, keep_until timestamptz, dedupe_id text, matched int,
               spreading boolean, started text[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_events', options,
    '{"event_name": "text", "key": "text", "limit": "whole", "after": "text"}');
  v_now    timestamptz := millrace.clock();
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
  v_after  record;
begin
  -- one that is not there any more was older than all that are
  select coalesce(max(e.at), case when options ->> 'after' is null then 'infinity' else '-infinity' end::timestamptz) as at,
         coalesce(max(e.nth), 0) as nth
  into v_after
  from millrace.events e
  where e.id = case when options ->> 'after' ~ '^[0-9]{1,18}$' then (options ->> 'after')::bigint end and e.tenant_id = v_tenant;
  return query
  select e.id::text, e.name, e.key, e.data::json, e.at, e.keep_until, e.dedupe_id, e.matched, e.spread_at is not null, e.started::text[]
  from (
    (select x.* from millrace.events x
     where options ->> 'event_name' is not null and options ->> 'key' is not null and x.tenant_id = v_tenant
       and x.message = millrace.event_message(options ->> 'event_name', options ->> 'key') and (x.at, x.nth) < (v_after.at, v_after.nth)
     order by x.nth desc limit v_limit)
    union all
    (select x.* from millrace.events x
     where (options ->> 'event_name' is null or options ->> 'key' is null) and x.tenant_id = v_tenant and x.at <= v_after.at
       and (x.at, x.nth) < (v_after.at, v_after.nth)
     order by x.at desc, x.nth desc limit 10000)) e
  where e.keep_until > v_now and e.name = coalesce(options ->> 'event_name', e.name) and e.key = coalesce(options ->> 'key', e.key)
  order by e.at desc, e.nth desc limit v_limit;
end $$;

comment on function millrace.get_events(jsonb) is 'The events that are kept, the newest first.';
revoke execute on function millrace.get_events(jsonb) from public;
