-- expire_runs: fails the runs whose own time-out is over, whatever they do, and those that were to begin in a time that is over, if they
-- have not (start_within; spare_begun): at most p_max, the earliest first. Undos of those that have begun run first.
-- Every worker calls it, so it waits for nobody: a run that somebody holds, or whose parent somebody holds, is left for the
-- next time. An open transaction that sent a run a signal would otherwise stop all workers.
-- Transitions: any live state -> failed; with undos: see begin_undo. Locks: live rows of the runs of all tenants, then of their
-- parents, skipping locked ones; cancel_runs looks again under the lock.
create or replace function millrace.expire_runs(p_max int default 1000) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now     timestamptz := millrace.clock();
  v_left    bigint[] := '{}';  -- whose parent is held
  v_due     bigint[];
  v_parents bigint[];
  v_free    bigint[];
  v_held    bigint[];
  v_tenant  int;
  v_late    boolean;   -- they have not begun in time
  v_runs    bigint[];
  v_n       int := 0;
begin
  for i in 1 .. 10 loop  -- the children of a parent that is held must not stand in the way of others for ever
    v_due := array(select l.run_id from millrace.live l where l.timeout_at <= v_now and l.run_id <> all (v_left)
                   order by l.timeout_at limit least(p_max, 1000) for update skip locked);
    exit when v_due = '{}';
    v_parents := array(select p.id from (select millrace.parent_of(r.meta) as id from millrace.runs r where r.id = any (v_due)) p
                       where p.id is not null);
    v_free := array(select l.run_id from millrace.live l where l.run_id = any (v_parents) order by l.run_id for update skip locked);
    v_held := array(select l.run_id from millrace.live l where l.run_id = any (v_parents) and l.run_id <> all (v_free));
    if v_held <> '{}' then
      v_left := v_left || array(select r.id from millrace.runs r
                                where r.id = any (v_due) and millrace.parent_of(r.meta) = any (v_held));
      v_due := array(select u.id from unnest(v_due) u (id) where u.id <> all (v_left));
    end if;
    exit when v_due <> '{}';
  end loop;
  v_due := millrace.spare_begun(v_due);
  for v_tenant, v_late, v_runs in
    select l.tenant_id, l.stamp is not distinct from 0, array_agg(l.run_id) from millrace.live l
    where l.run_id = any (v_due) and l.task = 0 group by 1, 2
  loop
    v_n := v_n + (select count(*) from millrace.cancel_runs(v_tenant, v_runs, null,
      format('{"code":"MR054","name":"TimeoutError","message":"%s","stack":null,"stepId":null,"attempt":1,"fingerprint":"%s"}',
        case when v_late then 'The run did not begin in the time that its start allowed (startWithin).'
             else 'The run took longer than its timeout.' end, case when v_late then 'start_within' else 'timeout' end)));
  end loop;
  return v_n;
end $$;

comment on function millrace.expire_runs(int) is 'Fails the runs whose own time-out is over; returns how many.';
revoke execute on function millrace.expire_runs(int) from public;
