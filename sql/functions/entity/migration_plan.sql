-- migration_plan: where instances of each state of a version of a machine go in another: as the mapping says, else to the state of the same
-- name, else nowhere (null). Raises: MR001 for a mapping that is no object of texts, or names what is no state.
create or replace function millrace.migration_plan(p_old int, p_new int, p_mapping jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  if p_old = p_new then
    v_bad := 'both versions are the same';
  elsif jsonb_typeof(p_mapping) <> 'object' then
    v_bad := 'the mapping must be an object of states';
  else
    select format(case when jsonb_typeof(m.value) <> 'string' then 'what "%1$s" is mapped to must be the name of a state'
      when o.name is null then 'the old version has no state "%1$s"'
      else 'the new version has no state "%2$s"' end, left(m.key, 140), left(m.value #>> '{}', 140)) into v_bad
    from jsonb_each(p_mapping) m
    left join millrace.machine_states o on o.workflow_id = p_old and o.name = m.key
    left join millrace.machine_states n on n.workflow_id = p_new and n.name = m.value #>> '{}'
    where o.name is null or n.name is null or jsonb_typeof(m.value) <> 'string' order by m.key limit 1;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The migration was refused: %s.', v_bad),
      'Map states of the old version to states of the new one.', json_build_object('mapping', p_mapping));
  end if;
  return (
    select coalesce(jsonb_object_agg(o.name, coalesce(p_mapping ->> o.name, n.name)), '{}') from millrace.machine_states o
    left join millrace.machine_states n on n.workflow_id = p_new and n.name = o.name
    where o.workflow_id = p_old);
end $$;

comment on function millrace.migration_plan(int, int, jsonb) is 'Where instances of each state go in another version.';
revoke execute on function millrace.migration_plan(int, int, jsonb) from public;
