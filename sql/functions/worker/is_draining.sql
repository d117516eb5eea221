-- is_draining: whether an operator has told this worker to end (drain_workers). It asks with each heartbeat.
create or replace function millrace.is_draining(p_worker bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select w.drain_at is not null from millrace.workers w where w.id = p_worker), false)
$$;

comment on function millrace.is_draining(bigint) is 'Whether an operator has told this worker to end.';
revoke execute on function millrace.is_draining(bigint) from public;
