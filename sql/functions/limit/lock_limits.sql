-- lock_limits: the right to hand out the runs of a route: the rows of its limits. Nobody waits for it: whoever has it is done soon.
-- Returns: whether it is the caller's. Locks: rows of limits, skipping locked ones.
create or replace function millrace.lock_limits(p_route int) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select (select count(*)
          from (select from millrace.limits l
                where l.id = any (r.limits) and l.paused_at is null order by l.id for no key update skip locked) x)
         = cardinality(r.limits)
  from millrace.limited_routes r where r.route_id = p_route and not r.free  -- it may have become so since one looked
$$;

comment on function millrace.lock_limits(int) is 'The right to hand out the runs of a route.';
revoke execute on function millrace.lock_limits(int) from public;
