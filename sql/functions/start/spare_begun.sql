-- spare_begun: of runs whose time is over those for which that was only the time by which to begin, and that have begun, go on: live has
-- the time-out of their own from now on, if they have one. A lease cannot write that: it would cost each run.
-- Returns: the others. The caller holds the live rows.
create or replace function millrace.spare_begun(p_due bigint[]) returns bigint[]
language sql volatile security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  with spared as (
    update millrace.live l set timeout_at = r.created_at + (r.meta::json ->> 'timeout_ms')::bigint * interval '1 ms'
    from millrace.runs r
    where l.run_id = any (p_due) and l.task = 0 and l.stamp is distinct from 0 and r.id = l.run_id
      and r.meta like '%"start_within_ms"%' and r.meta::json ->> 'start_within_ms' is not null
      and l.timeout_at is distinct from r.created_at + (r.meta::json ->> 'timeout_ms')::bigint * interval '1 ms'
    returning l.run_id)
  select array(select u.id from unnest(p_due) u (id) where u.id <> all (array(select s.run_id from spared s)))
$$;

comment on function millrace.spare_begun(bigint[]) is 'Has runs that began in time go on by their own time-out.';
revoke execute on function millrace.spare_begun(bigint[]) from public;
