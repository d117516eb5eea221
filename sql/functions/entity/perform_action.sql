-- perform_action: does one action of a transition: starts a run, sends a signal, or tells a webhook that goes out.
--   p_scope  of action_scope    p_key  of the action: the same again is the same start, signal and delivery
-- Runs that it starts have p_key as idempotency key (but those that go into a batch) and the tag entity:<instance>.
-- What it sends, if the action says nothing: {entity, transition}.
-- Returns: what is to be noted: {start, run_id}, {signal, run_id}, {webhook}; with skipped, why, where nothing was done: the run has
-- ended, or the webhook is not active.
-- Raises: MR001 and MR041 for a run or webhook that there is not, MR002, MR030 for a text that cannot be filled, and what start_workflow
-- and send_signals raise.
create or replace function millrace.perform_action(p_tenant int, p_action jsonb, p_scope jsonb, p_key text) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_given jsonb := coalesce(p_action -> 'input', p_action -> 'data');
  v_data  jsonb := case when v_given is null then jsonb_build_object('entity', p_scope -> 'entity', 'transition', p_scope -> 'transition')
                        else millrace.fill_template(v_given, p_scope) end;
  v_hook  record;
  v_run   bigint;
  v_text  text;
  v_ok    boolean;
begin
  if octet_length(v_data::text) > 1048576 then
    perform millrace.fail('MR002', format('It would carry %s bytes; the limit is 1 MiB.', octet_length(v_data::text)),
      'Store it elsewhere and pass a reference.');
  end if;
  if p_action ->> 'start' is not null then
    return jsonb_build_object('start', p_action ->> 'start', 'run_id', (
      select millrace.start_workflow(p_action ->> 'start', v_data, jsonb_build_object(
        'tenant', (select t.slug from millrace.tenants t where t.id = p_tenant),
        'tags', jsonb_build_array('entity:' || (p_scope #>> '{entity,instance_id}')),
        'idempotency_key', case when r.definition #> '{rules,batch}' is null then p_key end))
      from millrace.resolve_route(p_tenant, p_action ->> 'start') r));
  elsif p_action ->> 'webhook' is not null then
    select w.id, w.active into v_hook from millrace.webhooks w
    where w.tenant_id = p_tenant and w.name = p_action ->> 'webhook' and w.direction = 'o' and w.deleted_at is null;
    if not found then
      perform millrace.fail('MR041', format('There is no webhook "%s" that goes out.', p_action ->> 'webhook'),
        'Look at the list of webhooks; one is made when it is put.', json_build_object('webhook_id', p_action ->> 'webhook'));
    elsif v_hook.active then
      perform millrace.post_delivery(p_tenant, v_hook.id, 'entity.transition', p_key, millrace.clock(), v_data);
    end if;
    return jsonb_strip_nulls(jsonb_build_object('webhook', p_action ->> 'webhook',
      'skipped', case when not v_hook.active then 'The webhook is not active.' end));
  end if;
  v_text := millrace.fill_template(p_action -> 'run_id', p_scope) #>> '{}';
  if v_text is null or v_text !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform millrace.fail('MR001', format('run_id is %s, and must be the id of a run.', coalesce('"' || left(v_text, 100) || '"', 'null')),
      'Keep the id in the metadata of the entity, or give it in the context.');
  end if;
  v_run := millrace.known_run(p_tenant, v_text::uuid);
  if v_run is null and millrace.run_number(v_text::uuid) is null then
    perform millrace.fail('MR041', format('There is no run %s.', v_text), 'Check the id.', json_build_object('run_id', v_text));
  end if;
  v_ok := false;
  while v_run is not null loop
    v_run := millrace.last_of_chain(v_run);
    v_ok := (select s.accepted from millrace.send_signals(
      p_tenant, array[v_run], array[p_key], array[p_action ->> 'signal'], array[v_data::text]) s);
    exit when v_ok or millrace.last_of_chain(v_run) = v_run;
  end loop;
  return jsonb_strip_nulls(jsonb_build_object('signal', p_action ->> 'signal', 'run_id', lower(v_text),
    'skipped', case when not v_ok then 'The run has ended.' end));
end $$;

comment on function millrace.perform_action(int, jsonb, jsonb, text) is 'Does one action of a transition.';
revoke execute on function millrace.perform_action(int, jsonb, jsonb, text) from public;
