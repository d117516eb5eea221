-- describe_worker: what people see of a worker changed: it runs other workflows now. Locks: the worker's row.
create or replace function millrace.describe_worker(p_worker bigint, p_info jsonb) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update millrace.workers w set info = p_info where w.id = p_worker and w.info is distinct from p_info
$$;

comment on function millrace.describe_worker(bigint, jsonb) is 'Changes what people see of a worker.';
revoke execute on function millrace.describe_worker(bigint, jsonb) from public;
