-- call_off: what steps of a run that its owner has given up (the branches of a race that are lost) have begun elsewhere ends: the children
-- are to be cancelled (close_children), their questions to people are over. Again: no change.
--   p_children  numbers of runs    p_steps  keys of the steps that ask    p_reason  what the children say of it
-- Returns: whether the run is the caller's; if not, nothing was done. Locks: the run's live row.
drop function if exists millrace.call_off(int, bigint, int, bigint, bigint[], text[]);
create or replace function millrace.call_off(
  p_tenant int, p_run bigint, p_task int, p_fence bigint, p_children bigint[], p_steps text[], p_reason text default null)
returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := millrace.clock();
begin
  perform from millrace.live l
  where l.run_id = p_run and l.task = p_task and l.fence = p_fence and l.tenant_id = p_tenant for update;
  if not found then
    return false;
  end if;
  delete from millrace.approvals a where a.run_id = p_run and a.step = any (p_steps);
  update millrace.children c set closes_at = v_now, reason = left(p_reason, 1000)
  where c.parent_id = p_run and c.closes_at is null
    -- one may have gone on as another run
    and (c.run_id = any (p_children) or c.run_id = any (array(select millrace.last_of_chain(u.id) from unnest(p_children) u (id))));
  if found then
    perform millrace.hint();  -- somebody shall close them
  end if;
  return true;
end $$;

comment on function millrace.call_off(int, bigint, int, bigint, bigint[], text[], text) is
  'Ends what given-up steps of a run have begun elsewhere: children, questions to people.';
revoke execute on function millrace.call_off(int, bigint, int, bigint, bigint[], text[], text) from public;
