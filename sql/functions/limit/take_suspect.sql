-- take_suspect: locks a run of a route that is suspected of killing its workers, if the gates of its lane have room. It comes alone,
-- ahead of its lane. The caller holds the limits, leases the row, and has set how to plan.
--   p_full, p_shut  the gates without room: of one key, of several
-- Locks: a live row, skipping locked ones.
create or replace function millrace.take_suspect(p_tenant int, p_route int, p_full bigint[], p_shut bigint[]) returns tid[]
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select array(
    select l.ctid from millrace.live l join millrace.lanes n on n.route_id = l.route_id and n.lane = l.lane & -2
    where l.state = 's' and l.route_id = p_route and l.tenant_id = p_tenant
      and not n.gates && p_full and not n.gates && p_shut
    limit 1 for update of l skip locked)
$$;

comment on function millrace.take_suspect(int, int, bigint[], bigint[]) is 'Locks a suspect of a route, if the gates of its lane have room.';
revoke execute on function millrace.take_suspect(int, int, bigint[], bigint[]) from public;
