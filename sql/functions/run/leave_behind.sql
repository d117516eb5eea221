-- leave_behind: runs go on with nothing of what they did, because they have ended or are being undone: their questions to people are
-- over, and children that shall not outlive them are to be cancelled (close_children). Locks: none, the caller holds the live rows, or
-- has deleted them.
create or replace function millrace.leave_behind(p_runs bigint[], p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  delete from millrace.approvals a where a.run_id = any (p_runs);
  update millrace.children c set closes_at = p_now where c.parent_id = any (p_runs) and c.closes_at is null;
  if found then
    perform millrace.hint();  -- somebody shall close them
  end if;
end $$;

comment on function millrace.leave_behind(bigint[], timestamptz) is 'Ends the questions and children of runs that have ended or are being undone.';
revoke execute on function millrace.leave_behind(bigint[], timestamptz) from public;
