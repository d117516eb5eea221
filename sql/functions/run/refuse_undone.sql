-- refuse_undone: refuses a fork whose history would hold a step that was undone, or is about to be: what it did is not there any more.
--   p_before  the rows before this number would be its history
-- Raises: MR001 if one of them was undone; MR011 while the run's steps are being undone.
create or replace function millrace.refuse_undone(p_tenant int, p_run bigint, p_before int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_undone record;
begin
  if exists (select from millrace.live l where l.run_id = p_run and l.task = 0 and l.undo = 'b') then
    perform millrace.refuse_move(p_tenant, p_run, 'its steps are being undone; fork it when that is over');
  end if;
  select * into v_undone from millrace.undone_place(p_run);
  if v_undone.first_seq < p_before then
    perform millrace.fail('MR001', format('Run %s cannot be forked there: step "%s", which came before, was undone.',
        millrace.run_uuid(p_run), v_undone.step), 'Fork from that step, or from one before it.',
      json_build_object('run_id', millrace.run_uuid(p_run), 'undone', v_undone.step));
  end if;
end $$;

comment on function millrace.refuse_undone(int, bigint, int) is 'Refuses a fork whose history would hold a step that was undone.';
revoke execute on function millrace.refuse_undone(int, bigint, int) from public;
