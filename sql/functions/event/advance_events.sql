-- advance_events: the part of advance_tasks about events: emits those that runs emit, in the call that writes it into their journals,
-- and notes which runs wait for which. A run that begins to wait is given at once what is kept for it (feed_waits): it is in its
-- buffer when park_runs looks there. An emission that is committed in this very moment neither that look nor the emission's own
-- may see: workers look once more a second after the wait is committed (look_events), and once after the emission (spread_events).
--   p_only    the runs whose fence holds; null: all
--   p_events  {"emits": [{run, id, name, key, data, dedupe_id, keep_ms}], "waits": [{run, step, message, name, key}]}: of a run that
--             is named in waits all of its waits for events
-- Locks: what put_event locks; the caller holds the live rows.
create or replace function millrace.advance_events(p_tenant int, p_only bigint[], p_events json, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off as $$
declare
  v_runs     bigint[];
  v_steps    text[];
  v_messages text[];
begin
  perform millrace.put_event(p_tenant, (e.value ->> 'id')::bigint, e.value ->> 'name', e.value ->> 'key', e.value ->> 'data',
    e.value ->> 'dedupe_id', (e.value ->> 'keep_ms')::bigint, 20)
  from json_array_elements(p_events -> 'emits') with ordinality e (value, i)
  where p_only is null or (e.value ->> 'run')::bigint = any (p_only);
  if json_array_length(p_events -> 'emits') > 0 then  -- one of them may have started what replaces a run that is to wait here
    p_only := array(
      select l.run_id from json_to_recordset(p_events -> 'waits') w (run bigint) join millrace.live l on l.run_id = w.run and l.task = 0
      where l.undo_ask is null and (p_only is null or w.run = any (p_only)));
  end if;

  select array_agg(w.run), array_agg(w.step), array_agg(w.message) into v_runs, v_steps, v_messages
  from json_to_recordset(p_events -> 'waits') w (run bigint, step text, message text)
  where p_only is null or w.run = any (p_only);
  if v_runs is null then
    return;
  end if;
  delete from millrace.event_waits d
  where d.run_id = any (v_runs)
    and not exists (select from unnest(v_runs, v_steps, v_messages) u (run, step, message)
                    where u.run = d.run_id and u.step = d.step and u.message = d.message);
  insert into millrace.event_waits (run_id, at, look_at, tenant_id, step, message, name, key)
  select w.run, p_now, p_now + interval '1 s', p_tenant, w.step, w.message, w.name, w.key
  from json_to_recordset(p_events -> 'waits') w (run bigint, step text, message text, name text, key text)
  where p_only is null or w.run = any (p_only)
  on conflict on constraint event_waits_pkey do nothing;
  -- its end sweeps them up, as it does messages
  update millrace.live l set buffered = 0 where l.run_id = any (v_runs) and l.task = 0 and l.buffered is null;
  perform millrace.feed_waits(p_tenant, v_runs, p_now);
end $$;

comment on function millrace.advance_events(int, bigint[], json, timestamptz) is 'The part of advance_tasks about events: emits them, and notes who waits.';
revoke execute on function millrace.advance_events(int, bigint[], json, timestamptz) from public;
