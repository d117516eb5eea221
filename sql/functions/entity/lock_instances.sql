-- lock_instances: locks instances that are to be moved one after the other, all of them first.
--   p_ids, p_order  ascending, and their places in the call    p_seen  where they were before
-- Returns: for each place, where the instance was, if somebody has moved it meanwhile; null: it is where it was.
-- Locks: the instances, ascending.
create or replace function millrace.lock_instances(p_tenant int, p_ids uuid[], p_order int[], p_seen int[]) returns int[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  perform from millrace.entities e where e.id = any (p_ids) and e.tenant_id = p_tenant order by e.id for update;
  return array(select case when e.seq <> u.seen then u.seen end from unnest(p_ids, p_order, p_seen) u (id, place, seen)
               left join millrace.entities e on e.id = u.id and e.tenant_id = p_tenant order by u.place);
end $$;

comment on function millrace.lock_instances(int, uuid[], int[], int[]) is 'Locks instances that are to be moved one after the other.';
revoke execute on function millrace.lock_instances(int, uuid[], int[], int[]) from public;
