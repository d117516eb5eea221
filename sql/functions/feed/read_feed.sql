-- read_feed: what has happened to the runs of a tenant since a place of its feed: at least once, of each run in order.
--   p_after     a position; those who keep their place themselves (open_feed) begin with what that returned
--   p_workflow  only runs of this workflow    p_limit  changes at a time, at most 1,000
-- Returns: what: start · row (of the journal: seq, kind, name, data) · status (kind: run_status; data: output or failure; the last of
-- each change). The last row is end: how far this has looked; or reset: some of what came after p_after is not there any more, begin
-- anew from position. position: what to pass next to go on after this row. Data over 64 KiB are left out: cut is true then.
-- Locks: see settle_feed.
create or replace function millrace.read_feed(p_tenant int, p_after bigint, p_workflow text default null, p_limit int default 100)
returns table ("position" bigint, what text, run_id bigint, workflow text, seq int, at timestamptz, kind "char", name text, data text,
               cut boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_final bigint := millrace.settle_feed(p_tenant);
  v_since bigint := (select f.since from millrace.feeds f where f.tenant_id = p_tenant);
  v_ids   bigint[];
begin
  if v_since is null or p_after < v_since or p_after > (select s.last_value from millrace.feed_numbers s) then
    return query select coalesce(v_final, 0), 'reset', null::bigint, null::text, null::int, null::timestamptz, null::"char", null::text,
                        null::text, false;
    return;
  end if;
  select array_agg(x.id order by x.id) into v_ids
  from (select e.id, sum(coalesce(e.last_seq - e.first_seq + 1, 0)) over (order by e.id) as rows,
               row_number() over (order by e.id) as nth
        from (select e.* from millrace.feed e where e.tenant_id = p_tenant and e.id > p_after and e.id <= v_final
              order by e.id limit greatest(least(p_limit, 1000), 1)) e) x
  where x.rows <= 1000 or x.nth = 1;
  return query
  select case when lead(y.id) over (order by y.id, y.last, y.seq nulls first) = y.id then y.id - 1 else y.id end, y.what, y.run_id,
         y.workflow, y.seq, y.at, y.kind, y.name, case when not y.cut then y.data end, y.cut
  from (select e.id, e.run_id, w.name as workflow, x.*, coalesce(octet_length(x.data) > 65536, false) as cut, x.what = 'status' as last
        from unnest(v_ids) u (id)
        cross join lateral (select f.* from millrace.feed f where f.tenant_id = p_tenant and f.id = u.id offset 0) e
        cross join lateral (select w.name from millrace.runs r join millrace.routes o on o.id = r.route_id
                            join millrace.workflows w on w.id = o.workflow_id where r.id = e.run_id offset 0) w
        cross join lateral millrace.feed_rows(e.run_id, e.first_seq, e.last_seq, e.status, e.at) x
        where p_workflow is null or w.name = p_workflow) y
  order by y.id, y.last, y.seq nulls first;
  -- some of it may have been taken out meanwhile
  return query select coalesce(v_ids[cardinality(v_ids)], greatest(p_after, v_final)),
                      case when v_ids[1] <= (select f.since from millrace.feeds f where f.tenant_id = p_tenant) then 'reset' else 'end' end,
                      null::bigint, null::text, null::int, null::timestamptz, null::"char", null::text, null::text, false;
end $$;

comment on function millrace.read_feed(int, bigint, text, int) is 'What has happened to the runs of a tenant since a place of its feed.';
revoke execute on function millrace.read_feed(int, bigint, text, int) from public;
