-- prune_run: takes one run that has ended out of the history: what the bulk operation prune does to each.
-- Raises: MR011 for a run that has not ended, and for the first of a chain (step.continueAsNew) that goes on.
create or replace function millrace.prune_run(p_tenant int, p_run bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from millrace.outcomes o where o.run_id = p_run) then
    perform millrace.refuse_move(p_tenant, p_run, 'only a run that has ended can be taken out of the history');
  end if;
  if millrace.chain_ended_at(p_run, '-infinity') is null then
    perform millrace.refuse_move(p_tenant, p_run, 'it is the first of a chain of runs that goes on');
  end if;
  perform millrace.delete_runs(p_tenant, array[p_run]);
end $$;

comment on function millrace.prune_run(int, bigint) is 'Takes one run that has ended out of the history.';
revoke execute on function millrace.prune_run(int, bigint) from public;
