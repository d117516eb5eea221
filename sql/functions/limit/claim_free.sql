-- claim_free: leases runs that stand in lanes of a route whose rules are gone: they were started by them, or by a client that had not
-- heard yet. The oldest first; where others wait without a lane, half of what is wanted is left to them.
-- A run without keys leaves its lane; another keeps it, and is counted there if the rules come back.
-- Returns: as lease_rows, the turn 0: where these stand says nothing of where the others do.
-- Transitions: queued -> leased. Locks: live rows, skipping locked ones. The caller holds the worker's row.
create or replace function millrace.claim_free(p_tenant int, p_worker bigint, p_route int, p_want int)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set enable_sort = off as $$
#variable_conflict use_column
declare
  v_most int := p_want;
  v_rows tid[];
begin
  if exists (select from millrace.live l where l.state = 'q' and l.route_id = p_route and l.lane = 0) then
    v_most := (p_want + 1) / 2;
  end if;
  v_rows := array(select l.ctid from millrace.live l
                  where l.state = 'q' and l.route_id = p_route and l.lane <> 0 and l.tenant_id = p_tenant
                  order by l.turn limit v_most for update skip locked);
  if cardinality(v_rows) > 0 then
    return query
    select x.run_id, x.task, x.fence, 0::bigint, x.route_id, x.crashes, x.timeout_ms, x.input, x.meta, x.history, x.wait_keys, x.wait_ms,
           x.due_ms, x.newest_route, x.chores, x.clock
    from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), millrace.clock()) x;
  end if;
end $$;

comment on function millrace.claim_free(int, bigint, int, int) is 'Leases runs in lanes of a route whose rules are gone.';
revoke execute on function millrace.claim_free(int, bigint, int, int) from public;
