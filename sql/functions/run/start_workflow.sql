-- start_workflow: starts a run, in the caller's transaction: it exists if that commits. For psql, triggers and any language.
--   options  tenant, version, queue, priority, delay, timeout and start_within (ms, or an interval as text; the run fails if it has not
--            begun in that time), resource_id, tags, attributes, idempotency_key (same key and input: the same run), run_id (a UUID of
--            your own), retries,
--            signal ({event_name, data, dedupe_id}: a message to the run, whether it is new or there already; in one transaction)
-- Returns: the run's id; by the rules of the workflow it may be that of a run that was there (singleton, throttle, debounce).
-- Raises: MR001 for an option it does not know, MR002 for an input or attributes too big, MR010 for a key or id that another start
-- used, MR011 for a signal to a run that has ended, MR014 for a singleton whose key a live run has, MR040 for an unknown workflow.
-- Example: select millrace.start_workflow('order', '{"id": 7}', '{"idempotency_key": "order-7"}');
create or replace function millrace.start_workflow(workflow_id text, input jsonb default null, options jsonb default '{}')
returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('start_workflow', options,
    '{"version": "text", "queue": "text", "priority": "any", "delay": "any", "timeout": "any", "resource_id": "text", "tags": "any",
      "attributes": "any", "idempotency_key": "text", "run_id": "text", "retries": "any", "start_within": "any", "signal": "any"}');
  v_id     bigint := millrace.take_ids();
  v_meta   jsonb := millrace.start_meta(workflow_id, options);
  v_route  int;
  v_defaults jsonb;
  v_paths  text[];
  v_weight text;
  v_used   record;
  v_run    uuid;
begin
  if octet_length(input::text) > 1048576 then
    perform millrace.fail('MR002', format('An input of %s bytes is over the limit of 1 MiB.', octet_length(input::text)),
      'Store it elsewhere and pass a reference.', json_build_object('workflow_id', workflow_id));
  end if;
  select r.route_id, r.definition, r.keys, r.weight into v_route, v_defaults, v_paths, v_weight from millrace.resolve_route(
    v_tenant, workflow_id, options ->> 'version', options ->> 'queue', (options ->> 'priority')::int) r;
  if v_meta ->> 'timeout_ms' is null and v_defaults ->> 'timeout_ms' is not null then
    v_meta := jsonb_set(coalesce(v_meta, '{}'), '{timeout_ms}', v_defaults -> 'timeout_ms');
  end if;
  if v_paths is not null then
    v_meta := coalesce(v_meta, '{}') || millrace.key_meta(workflow_id, v_paths, v_weight, input);
  end if;
  if v_defaults #> '{rules,batch}' is not null and options ->> 'delay' is not null then
    perform millrace.fail('MR001', format('The start of "%s" was refused: what goes into a batch cannot have a delay.', workflow_id),
      'Leave delay out: the batch begins when it is full, or its time is over.', options::json);
  end if;
  if v_defaults ? 'rules' then
    v_meta := coalesce(v_meta, '{}') || millrace.rule_meta(workflow_id, v_defaults -> 'rules', input);
  end if;
  select * into v_used from millrace.start_runs(
    v_tenant, array[v_id], array[v_route], array[millrace.duration_ms(options -> 'delay')],
    array[case when v_defaults #> '{rules,batch}' is null then input else jsonb_build_array(input) end::text], array[v_meta::text]);
  if v_used.verdict in ('k', 'i') then
    perform millrace.fail('MR010', format('The %s "%s" belongs to run %s, which was started with another workflow or input.',
        case v_used.verdict when 'k' then 'idempotency key' else 'run id' end,
        coalesce(case v_used.verdict when 'k' then v_meta ->> 'key' end, v_meta ->> 'id'), millrace.run_uuid(v_used.existing)),
      'Use another key for another start, or start with the same input to get that run.',
      json_build_object('existing', millrace.run_uuid(v_used.existing)));
  end if;
  if v_used.verdict = 'r' then
    perform millrace.refuse_singleton(v_tenant, v_used.existing);
  end if;
  v_run := (select d.id from millrace.run_details d where d.run_id = coalesce(v_used.existing, v_id));
  if jsonb_typeof(options -> 'signal') <> 'null' then
    perform millrace.signal_start(v_run, options -> 'signal', options -> 'tenant');
  end if;
  return v_run;
end $$;

comment on function millrace.start_workflow(text, jsonb, jsonb) is 'Starts a run in the caller''s transaction and returns its id.';
revoke execute on function millrace.start_workflow(text, jsonb, jsonb) from public;
