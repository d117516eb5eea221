-- check_state: refuses a state, by which instances of a machine are looked for, that no version of it has: it would find none.
-- Raises: MR001.
create or replace function millrace.check_state(p_tenant int, p_machine text, p_state text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text := millrace.unknown_state(p_tenant, p_machine, p_state);
begin
  if v_bad is not null then
    perform millrace.fail('MR001', v_bad, 'Correct the state, or leave it out.',
      json_build_object('workflow_id', left(p_machine, 140), 'state', left(p_state, 140)));
  end if;
end $$;

comment on function millrace.check_state(int, text, text) is 'Refuses a state that no version of a machine has.';
revoke execute on function millrace.check_state(int, text, text) from public;
