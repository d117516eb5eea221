-- start_alone: a start that start_entities did not make with the others: it is there, is refused, or acts.
--   p_id  of the new instance    p_found  what startable_machine says: {id, table, stopped}    others: as start_entities
-- Returns: the instance that was made or is there, or the problem.
create or replace function millrace.start_alone(p_tenant int, p_id uuid, p_found jsonb, p_machine text, p_version text, p_table text,
  p_entity text, p_by text, p_extra jsonb, out instance_id uuid, out state text, out started boolean, out problem json)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now   timestamptz := millrace.clock();
  v_extra jsonb := coalesce(p_extra, '{}');
  v_table text := coalesce(p_table, p_found ->> 'table', (  -- of one that was deleted, for who asks again
    select w.definition ->> 'table' from millrace.workflows w where w.tenant_id = p_tenant and w.name = p_machine
      and w.version = coalesce(p_version, w.version) order by w.registered_at desc, w.id desc limit 1), p_machine);
  v_rule  text := case
    when p_found ->> 'stopped' = 'd' or p_found ->> 'id' is null then 'MR040'
    when p_found ->> 'stopped' is not null then 'MR016'
    when not coalesce(length(v_table) between 1 and 200 and length(p_entity) between 1 and 200, false)
      then 'MR001 the table and the id of an entity are texts of 1 to 200 characters'
    else millrace.item_problem(v_extra, p_by, v_extra ->> 'request') end;
  v_row   millrace.entity_history;
  v_there uuid;
  v_first millrace.entity_history;  -- of the one that is there
  v_same  boolean := false;
begin
  started := false;
  if v_rule is null or v_rule in ('MR040', 'MR016') then  -- what was started before is told also of machines that take no more starts
    select e.id, coalesce(h.request = v_extra ->> 'request', false) into v_there, v_same
    from millrace.entities e join millrace.entity_history h on h.instance_id = e.id and h.seq = 1
    where e.tenant_id = p_tenant and e.entity_table = v_table and e.entity_id = p_entity and e.machine = p_machine
      and (h.request = v_extra ->> 'request' or e.completed_at is null and v_rule is null)
    order by coalesce(h.request = v_extra ->> 'request', false) desc, e.id desc limit 1;
    select * into v_first from millrace.entity_history h where h.instance_id = v_there and h.seq = 1;
  end if;
  if v_same and (v_first.context <> coalesce(nullif(v_extra -> 'context', 'null'), '{}')
      or v_first.metadata - '$actions' <> coalesce(nullif(v_extra -> 'metadata', 'null'), '{}')
      or p_version <> (select w.version from millrace.workflows w where w.id = v_first.workflow_id)) then
    v_rule := 'MR010';
  elsif v_same or v_there is not null and v_extra ->> 'if_exists' = 'return' then
    instance_id := v_there;
    state := (select e.state from millrace.entities e where e.id = v_there);
    return;
  elsif v_there is not null then
    v_rule := 'MR018';
  end if;
  if v_rule is null then
    select s.name into state from millrace.machine_states s where s.workflow_id = (p_found ->> 'id')::int and s.initial;
    v_row := row(p_id, 1, p_tenant, p_found ->> 'id', v_now, null, null, null, state, null,
      coalesce(p_by, millrace.session_actor()), v_extra ->> 'claimed_by', v_extra ->> 'notes', v_extra ->> 'request',
      coalesce(nullif(v_extra -> 'context', 'null'), '{}'),
      coalesce(nullif(v_extra -> 'metadata', 'null'), '{}'), null, null);
    problem := millrace.start_acting(v_row, p_machine, v_table, p_entity, v_extra -> 'roles');
    if problem is null then
      instance_id := p_id;
      started := true;
      return;
    end if;
    state := null;
  else
    if v_rule = 'MR040' then  -- it may be known, as a workflow of another kind
      v_rule := v_rule || coalesce((
        select ' ' || coalesce(w.definition ->> 'kind', 'function') from millrace.workflows w
        where w.tenant_id in (0, p_tenant) and w.name = p_machine and w.deleted_at is null
          and w.definition ->> 'kind' is distinct from 'machine' order by w.tenant_id desc, w.id desc limit 1), '');
    end if;
    problem := millrace.start_problem(v_rule, p_machine, p_version, v_table, p_entity, v_there);
  end if;
end $$;

comment on function millrace.start_alone(int, uuid, jsonb, text, text, text, text, text, jsonb) is 'A start that was not made with the others.';
revoke execute on function millrace.start_alone(int, uuid, jsonb, text, text, text, text, text, jsonb) from public;
