-- get_sla_breaches: live instances of a machine that have been in their state for longer than its sla, the newest first.
--   options  tenant, version, entity_table, state, limit (20, at most 101), after (an instance's id: older ones follow), before
-- Pages may be short, as those of get_entities: go on from last_seen, until that is null.
-- Returns: entity, with sla_ms and late_ms (beyond it); last_seen. Raises: MR001, MR040.
-- Example: select entity ->> 'entity_id', entity ->> 'late_ms' from millrace.get_sla_breaches('order');
create or replace function millrace.get_sla_breaches(machine text, options jsonb default '{}') returns table (entity json, last_seen text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_tenant int := millrace.check_options('get_sla_breaches', options,
    '{"version": "text", "entity_table": "text", "state": "text", "limit": "whole", "after": "uuid", "before": "uuid"}');
  v_now    timestamptz := millrace.clock();
begin
  perform millrace.machine_versions(v_tenant, machine, options ->> 'version');
  perform millrace.check_state(v_tenant, machine, options ->> 'state');
  return query
  select case when x.entity is not null then (x.entity::jsonb || jsonb_build_object('sla_ms', s.sla_ms, 'late_ms',
      floor(extract(epoch from v_now - e.entered_at) * 1000)::bigint - s.sla_ms))::json end, x.last_seen
  from millrace.list_entities(v_tenant, options || jsonb_build_object('machine', machine, 'late', true)) x
  left join millrace.entities e on e.id = (x.entity ->> 'id')::uuid
  left join millrace.machine_states s on s.workflow_id = e.workflow_id and s.name = e.state;
end $$;

comment on function millrace.get_sla_breaches(text, jsonb) is 'Live instances that have been in their state for longer than its sla.';
revoke execute on function millrace.get_sla_breaches(text, jsonb) from public;
