-- put_event: keeps an event, gives it to the first p_most runs that wait for it, and starts the workflows that start on it. The other
-- runs get it from workers once this is committed (spread_events): nobody holds the locks of all of them. They also look for
-- runs that began to wait in this very moment, which neither they nor this call could see.
-- The same p_dedupe, for as long as that event is kept, or the same p_id (the reply was lost): nothing is done.
-- Returns: the event. Raises: what start_workflow raises. Locks: what that locks; then live rows, skipping locked ones.
create or replace function millrace.put_event(
  p_tenant int, p_id bigint, p_name text, p_key text, p_data text, p_dedupe text, p_keep_ms bigint, p_most int) returns millrace.events
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now     timestamptz := millrace.clock();
  v_message text := millrace.event_message(p_name, p_key);
  v_id      bigint := p_id;
  v_runs    bigint[];
  v_event   millrace.events;
begin
  v_runs := array(
    select w.run_id from millrace.event_waits w
    cross join lateral (select o.* from millrace.live o where o.run_id = w.run_id and o.task = 0 offset 0) l
    where w.tenant_id = p_tenant and w.message = v_message
      and exists (select from unnest(l.wait_keys, l.wait_names) k (key, name) where k.key = w.step and k.name = w.message)
    group by w.run_id order by w.run_id limit 100000);
  if p_dedupe is not null then  -- what is not kept any more does not count
    update millrace.events e set dedupe_id = null
    where e.tenant_id = p_tenant and e.name = p_name and e.dedupe_id = p_dedupe and e.keep_until <= v_now;
  end if;
  loop
    insert into millrace.events (id, at, keep_until, spread_at, tenant_id, nth, matched, name, key, message, dedupe_id, data)
    values (v_id, v_now, v_now + p_keep_ms * interval '1 ms', v_now, p_tenant, nextval('millrace.emissions'), cardinality(v_runs),
            p_name, p_key, v_message, p_dedupe, p_data)
    on conflict do nothing returning * into v_event;
    exit when found;
    select * into v_event from millrace.events e
    where e.tenant_id = p_tenant and e.name = p_name and e.dedupe_id = p_dedupe;
    if not found then
      select * into v_event from millrace.events e
      where e.id = v_id and (e.tenant_id, e.message, e.data) is not distinct from (p_tenant, v_message, p_data);
    end if;
    if found then
      return v_event;
    elsif exists (select from millrace.events e where e.id = v_id) then
      v_id := millrace.take_ids();  -- the database was set back, and gave the number to another
    end if;
  end loop;
  v_event.started := millrace.start_on(p_tenant, v_event);  -- before it locks runs: a start takes its keys first
  perform millrace.feed_runs(p_tenant, v_runs[1:p_most], v_now);
  if cardinality(v_event.started) > 0 then
    update millrace.events e set started = v_event.started where e.id = v_event.id;
  end if;
  perform millrace.hint();
  return v_event;
end $$;

comment on function millrace.put_event(int, bigint, text, text, text, text, bigint, int) is 'Keeps an event, and gives it to the first runs that wait for it.';
revoke execute on function millrace.put_event(int, bigint, text, text, text, text, bigint, int) from public;
