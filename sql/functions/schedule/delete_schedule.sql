-- delete_schedule: a schedule starts nothing any more; runs that it has started go on. One that is declared in code comes back with the
-- next worker that has that code.   options  tenant
-- Raises: MR001, MR041 if there is none of that id. Locks: its row.
create or replace function millrace.delete_schedule(id text, options jsonb default '{}') returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('delete_schedule', options);
  v_row    millrace.schedules := millrace.find_schedule(v_tenant, delete_schedule.id);
begin
  delete from millrace.schedules s where s.id = v_row.id;
end $$;

comment on function millrace.delete_schedule(text, jsonb) is 'A schedule starts nothing any more.';
revoke execute on function millrace.delete_schedule(text, jsonb) from public;
