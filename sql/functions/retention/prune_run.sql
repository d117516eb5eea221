-- prune_run: takes one run that has ended out of the history: what the bulk operation prune does to each.
--   p_before  it, and of the first of a chain (step.continueAsNew) the whole chain, must have ended before that; null: at any time
-- Raises: MR011 for a run that has not ended (then), and for the last of a chain whose first is there.
drop function if exists millrace.prune_run(int, bigint);
create or replace function millrace.prune_run(p_tenant int, p_run bigint, p_before timestamptz default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_end record;
begin
  if not exists (select from millrace.outcomes o where o.run_id = p_run) then
    perform millrace.refuse_move(p_tenant, p_run, 'only a run that has ended can be taken out of the history');
  end if;
  select * into v_end from millrace.chain_end(p_run, 'c', '-infinity') e;
  if v_end.beside is not null then
    perform millrace.refuse_move(p_tenant, p_run, 'it is the last of a chain of runs whose first is kept, which has its result');
  elsif v_end.at is null or v_end.at >= p_before then
    perform millrace.refuse_move(p_tenant, p_run, 'it is the first of a chain of runs that ' ||
      case when v_end.at is null then 'goes on' else 'went on until lately' end);
  end if;
  perform millrace.delete_runs(p_tenant, array[p_run]);
end $$;

comment on function millrace.prune_run(int, bigint, timestamptz) is 'Takes one run that has ended out of the history.';
revoke execute on function millrace.prune_run(int, bigint, timestamptz) from public;
