-- find_schedule: the schedule of that id, locked: whoever changes it holds its row.
-- Raises: MR041 if the tenant has none. Locks: its row.
create or replace function millrace.find_schedule(p_tenant int, p_name text) returns millrace.schedules
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row millrace.schedules;
begin
  select * into v_row from millrace.schedules s where s.tenant_id = p_tenant and s.name = p_name order by s.id for update;
  if not found then
    perform millrace.fail('MR041', format('There is no schedule "%s".', left(p_name, 140)),
      'Look at the list of schedules; one is made when it is put.', json_build_object('schedule_id', left(p_name, 140)));
  end if;
  return v_row;
end $$;

comment on function millrace.find_schedule(int, text) is 'The schedule of that id, locked.';
revoke execute on function millrace.find_schedule(int, text) from public;
