-- spread_events: gives events to runs that wait for them and have not got them yet, up to 250 runs in a call; how far it is and what
-- it gave are committed together. A run that others hold is tried again a second after the last one. An event that fails as a
-- whole is tried again 10 s later, so that it does not stand before others.
-- Returns: how many events it worked at. Locks: rows of events, then live rows, both skipping locked ones.
create or replace function millrace.spread_events(p_now timestamptz) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_left  int := 250;
  v_n     int := 0;
  v_event millrace.events;
  v_runs  bigint[];
  v_over  boolean;
begin
  while v_left > 0 and v_n < 100 loop
    select * into v_event from millrace.events e where e.spread_at <= p_now order by e.spread_at limit 1 for update skip locked;
    exit when not found;
    begin
      v_runs := array(select w.run_id from millrace.event_waits w
                      where w.tenant_id = v_event.tenant_id and w.message = v_event.message and w.run_id > v_event.spread_to
                      group by w.run_id order by w.run_id limit v_left);
      v_event.held := v_event.held or millrace.feed_runs(v_event.tenant_id, v_runs, p_now) <> '{}';
      v_over := cardinality(v_runs) < v_left;
      v_event.spread_at := case when not v_over then p_now when v_event.held then p_now + interval '1 s' end;
      v_event.spread_to := case when v_over then 0 else v_runs[cardinality(v_runs)] end;
      v_event.held := v_event.held and not v_over;
      v_left := v_left - cardinality(v_runs);
    exception when query_canceled or others then
      v_event.spread_at := p_now + interval '10 s';
      v_left := 0;
    end;
    update millrace.events e set spread_at = v_event.spread_at, spread_to = v_event.spread_to, held = v_event.held where e.id = v_event.id;
    v_n := v_n + 1;
  end loop;
  return v_n;
end $$;

comment on function millrace.spread_events(timestamptz) is 'Gives events to runs that wait for them and have not got them yet.';
revoke execute on function millrace.spread_events(timestamptz) from public;
