-- apply_verb: does to one run what a bulk operation is for. Raises: what the function of the verb raises; MR011 for a run that continued
-- as another.
create or replace function millrace.apply_verb(p_op millrace.bulk_operations, p_run bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_id   uuid := millrace.run_uuid(p_run);
  v_who  jsonb := jsonb_build_object('tenant', (select t.slug from millrace.tenants t where t.id = p_op.tenant_id));
  v_with jsonb := v_who || jsonb_build_object('by', p_op.actor) || p_op.options;
begin
  if p_op.verb not in ('fork', 'prune') and millrace.last_of_chain(p_run) <> p_run then
    -- the run that goes on may be none that the filter meant
    perform millrace.refuse_move(p_op.tenant_id, p_run, 'it continued as another run');
  end if;
  case p_op.verb
    when 'cancel' then perform millrace.cancel_workflow(v_id, v_with);
    when 'terminate' then perform millrace.terminate_workflow(v_id, v_with);
    when 'pause' then perform millrace.pause_workflow(v_id, v_with);
    when 'resume' then perform millrace.resume_workflow(v_id, v_with);
    when 'retry' then perform millrace.retry_workflow(v_id, v_with);
    when 'discard' then perform millrace.discard_workflow(v_id, v_with);
    when 'fork' then perform millrace.fork_workflow(v_id, v_with);
    when 'migrate' then perform millrace.migrate_workflow(v_id, v_with);
    when 'prune' then perform millrace.prune_run(p_op.tenant_id, p_run, (p_op.filter ->> 'ended_before')::timestamptz);
    when 'signal' then perform millrace.trigger_event(v_id, p_op.options ->> 'event_name', p_op.options -> 'data',
      v_who || jsonb_build_object('dedupe_id', 'bulk:' || p_op.id));
  end case;
end $$;

comment on function millrace.apply_verb(millrace.bulk_operations, bigint) is 'Does to one run what a bulk operation is for.';
revoke execute on function millrace.apply_verb(millrace.bulk_operations, bigint) from public;
