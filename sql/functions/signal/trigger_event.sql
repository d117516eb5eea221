-- trigger_event: a message to one run: buffered until the run waits for it, consumed once, first in first out per name. Of a run that
-- continued as new the last gets it.
--   options  tenant, resource_id, dedupe_id (1 to 256 characters; sending the same one again changes nothing)
-- Returns: the run. Raises: MR001 for a bad name or dedupe_id, MR002 for too much data, MR011 if the run has ended, MR020 if
-- 10,000 signals for it are not taken yet, MR041 if there is none.
-- Locks: the run's live row. Example: select millrace.trigger_event('…', 'approved', '{"by": "ada"}');
create or replace function millrace.trigger_event(run_id uuid, event_name text, data jsonb default null, options jsonb default '{}')
returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('trigger_event', options, '{"resource_id": "text", "dedupe_id": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, trigger_event.run_id, options ->> 'resource_id');
  v_id     text := coalesce(options ->> 'dedupe_id', '$' || nextval('millrace.numbers'));
  v_ok     boolean;
begin
  if event_name is null or event_name !~ '^[A-Za-z0-9_.: -]{1,128}$' then
    perform millrace.fail('MR001', format('"%s" is not a name for a signal.', event_name), 'Names match [A-Za-z0-9_.: -]{1,128}.');
  end if;
  if octet_length(data::text) > 1048576 then
    perform millrace.fail('MR002', format('Data of %s bytes is over the limit of 1 MiB.', octet_length(data::text)),
      'Store it elsewhere and pass a reference.');
  end if;
  loop
    v_run := millrace.last_of_chain(v_run);
    select s.accepted into v_ok from millrace.send_signals(v_tenant, array[v_run], array[v_id], array[event_name], array[data::text]) s;
    exit when v_ok or millrace.last_of_chain(v_run) = v_run;
  end loop;
  if not v_ok then
    perform millrace.refuse_move(v_tenant, v_run, format('signal "%s" cannot be delivered', event_name));
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.trigger_event(uuid, text, jsonb, jsonb) is 'Sends a message to one run: buffered, consumed once.';
revoke execute on function millrace.trigger_event(uuid, text, jsonb, jsonb) from public;
