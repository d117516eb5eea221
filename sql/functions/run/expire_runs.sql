-- expire_runs: fails the runs whose own time-out is over, whatever they do: at most p_max, the earliest first.
-- Transitions: any live state -> failed. Locks: live rows of the runs of all tenants and their parents, ascending;
-- cancel_runs looks again under the lock.
create or replace function millrace.expire_runs(p_max int default 1000) returns int
language plpgsql security definer set search_path = '' as $$
declare
  v_now    timestamptz := millrace.clock();
  v_due    bigint[] := array(select l.run_id from millrace.live l where l.timeout_at <= v_now
                             order by l.timeout_at limit least(p_max, 1000));
  v_tenant int;
  v_runs   bigint[];
  v_n      int := 0;
begin
  if v_due = '{}' then
    return 0;
  end if;
  perform from millrace.live l
  where l.run_id = any (v_due || array(select (r.meta::json ->> 'parent')::bigint from millrace.runs r
                                       where r.id = any (v_due) and r.meta like '%"parent":%'))
  order by l.run_id, l.task for update;
  for v_tenant, v_runs in
    select r.tenant_id, array_agg(r.id) from millrace.runs r where r.id = any (v_due) group by r.tenant_id
  loop
    v_n := v_n + (select count(*) from millrace.cancel_runs(v_tenant, v_runs, null,
      '{"code":"MR054","name":"TimeoutError","message":"The run took longer than its timeout.",'
      '"stack":null,"stepId":null,"attempt":1,"fingerprint":"timeout"}'));
  end loop;
  return v_n;
end $$;

comment on function millrace.expire_runs(int) is 'Fails the runs whose own time-out is over; returns how many.';
revoke execute on function millrace.expire_runs(int) from public;
