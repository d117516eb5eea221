-- expire_runs: fails the runs whose own time-out is over, whatever they do: at most p_max, the earliest first.
-- Transitions: any live state -> failed. Locks: as cancel_runs, which looks again under the lock.
create or replace function millrace.expire_runs(p_max int default 1000) returns int
language plpgsql security definer set search_path = '' as $$
declare
  v_tenant int;
  v_n      int := 0;
  v_runs   bigint[];
begin
  for v_tenant, v_runs in
    select x.tenant_id, array_agg(x.run_id)
    from (select l.tenant_id, l.run_id from millrace.live l where l.timeout_at <= millrace.clock() order by l.timeout_at limit p_max) x
    group by x.tenant_id
  loop
    v_n := v_n + (select count(*) from millrace.cancel_runs(v_tenant, v_runs, null,
      '{"code":"MR054","name":"TimeoutError","message":"The run took longer than its timeout.","stack":null,"stepId":null,"attempt":1,"fingerprint":"timeout"}'));
  end loop;
  return v_n;
end $$;

comment on function millrace.expire_runs(int) is 'Fails the runs whose own time-out is over; returns how many.';
revoke execute on function millrace.expire_runs(int) from public;
