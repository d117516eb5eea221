-- put_machine: states and transitions of a new version of a machine, out of its document, which check_machine has let pass.
-- How many ways there are the planner cannot know: with nested loops 50,000 took minutes.
create or replace function millrace.put_machine(p_tenant int, p_workflow int, p_document jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_nestloop = off as $$
begin
  insert into millrace.machine_states
    (workflow_id, tenant_id, ordinal, name, initial, final, acts, metadata, on_enter, on_leave, sla_ms)
  select p_workflow, p_tenant, s.i, s.state ->> 'name', coalesce(s.state -> 'initial' = 'true', false),
         coalesce(s.state -> 'final' = 'true', false),
         coalesce(nullif(s.state -> 'on_enter', 'null'), '[]') <> '[]' or coalesce(nullif(s.state -> 'on_leave', 'null'), '[]') <> '[]',
         coalesce(nullif(s.state -> 'metadata', 'null'), '{}'), coalesce(nullif(s.state -> 'on_enter', 'null'), '[]'),
         coalesce(nullif(s.state -> 'on_leave', 'null'), '[]'), millrace.document_ms(s.state -> 'sla')
  from jsonb_array_elements(p_document -> 'states') with ordinality s (state, i);
  insert into millrace.machine_transitions
    (workflow_id, tenant_id, from_state, rank, ordinal, id, wildcard, name, to_state, conditions, guards, context, metadata, actions,
     after_ms, acts, ends, next_ms)
  with edges as materialized (select * from millrace.machine_edges(p_document)),
  each_one as materialized (
    select o.ordinal, o.body, gen_random_uuid() as id, g.guards
    from (select distinct on (e.ordinal, e.body) e.ordinal, e.body from edges e) o, lateral millrace.transition_guards(o.body) g)
  select p_workflow, p_tenant, e.from_state, e.rank, e.ordinal, o.id, e.wildcard, e.name, e.to_state,
         coalesce(nullif(e.body -> 'conditions', 'null'), '{}'), o.guards, coalesce(nullif(e.body -> 'context', 'null'), '{}'),
         coalesce(nullif(e.body -> 'metadata', 'null'), '{}'), coalesce(nullif(e.body -> 'actions', 'null'), '[]'),
         millrace.document_ms(e.body -> 'after'), coalesce(nullif(e.body -> 'actions', 'null'), '[]') <> '[]'
           or l.on_leave <> '[]' or s.on_enter <> '[]', s.final, n.ms
  from edges e join each_one o using (ordinal, body)
  join millrace.machine_states l on l.workflow_id = p_workflow and l.name = e.from_state
  join millrace.machine_states s on s.workflow_id = p_workflow and s.name = e.to_state
  left join (select x.from_state, min(millrace.document_ms(x.body -> 'after')) as ms from edges x group by x.from_state) n
    on n.from_state = e.to_state;
end $$;

comment on function millrace.put_machine(int, int, jsonb) is 'States and transitions of a new version of a machine.';
revoke execute on function millrace.put_machine(int, int, jsonb) from public;
