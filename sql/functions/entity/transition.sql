-- transition: moves an instance along a transition of its machine, in the caller's transaction.
--   instance_id  null: that which options.entity names
--   options  tenant, name or to_state (one of them; of several transitions that go there the first is taken that nothing forbids), by,
--            claimed_by, roles, notes, context, metadata, set (merged into the entity's metadata), expected_state, idempotency_key (the
--            same again gives the same answer and does nothing; with another target, context, metadata or set it is refused),
--            entity: {machine, table, id}: instead of instance_id: its live instance, else its last
-- Returns: {instance_id, seq, from, to, name, executed_at, repeated}. Raises: MR001, MR002, MR010, MR012, MR013, MR018, MR043.
-- Locks: its row.
-- Example: select millrace.transition('…', '{"to_state": "paid", "by": "ada"}');
create or replace function millrace.transition(instance_id uuid, options jsonb default '{}') returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('transition', options,
    '{"name": "text", "to_state": "text", "by": "actor", "claimed_by": "text", "roles": "texts", "notes": "text", "context": "any",
      "metadata": "any", "set": "any", "expected_state": "text", "idempotency_key": "text", "entity": "any"}');
  v_entity jsonb := nullif(options -> 'entity', 'null');
  v_did    record;
begin
  if (instance_id is null) = (v_entity is null) or v_entity is not null and not coalesce(jsonb_typeof(v_entity -> 'machine') = 'string'
      and jsonb_typeof(v_entity -> 'id') = 'string' and coalesce(jsonb_typeof(v_entity -> 'table') in ('string', 'null'), true), false) then
    perform millrace.fail('MR001', 'An instance is named by its id, or by entity: {machine, id} and perhaps table: one of the two.',
      'Give the id of the instance, or null and entity.', json_build_object('instance_id', instance_id, 'entity', v_entity));
  end if;
  select * into v_did from millrace.move_entity(v_tenant, instance_id, options ->> 'name', options ->> 'to_state', options ->> 'by',
    options ->> 'idempotency_key', options, null);
  if v_did.problem is not null then
    perform millrace.fail(v_did.problem ->> 'code', v_did.problem ->> 'message', v_did.problem ->> 'hint', v_did.problem -> 'details');
  end if;
  return jsonb_build_object('instance_id', v_did.instance_id, 'seq', v_did.seq, 'from', v_did.from_state, 'to', v_did.to_state,
    'name', v_did.transition, 'executed_at', v_did.executed_at, 'repeated', v_did.repeated);
end $$;

comment on function millrace.transition(uuid, jsonb) is 'Moves an instance along a transition of its machine.';
revoke execute on function millrace.transition(uuid, jsonb) from public;
