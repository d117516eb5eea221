-- mark_idle: a worker sleeps until hint wakes it.
create or replace function millrace.mark_idle(p_tenant int, p_worker bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  insert into millrace.idle_workers (worker_id, tenant_id)
  select p_worker, p_tenant where not exists (select from millrace.idle_workers i where i.worker_id = p_worker)
  on conflict do nothing
$$;

comment on function millrace.mark_idle(int, bigint) is 'A worker sleeps until hint wakes it.';
revoke execute on function millrace.mark_idle(int, bigint) from public;
