-- bulk_json: a bulk operation as JSON; null if the tenant has none of that id.
create or replace function millrace.bulk_json(p_tenant int, p_id bigint) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select json_build_object(
    'id', b.id::text, 'verb', b.verb,
    'status', case when b.ended_at is null then 'running' when b.stopped then 'cancelled' else 'completed' end,
    'matched', b.matched, 'sample', array(select millrace.run_uuid(x) from unnest(b.sample) x), 'done', b.done, 'failed', b.failed,
    'failures', b.failures, 'by', b.actor, 'created_at', b.created_at, 'ended_at', b.ended_at)
  from millrace.bulk_operations b where b.id = p_id and b.tenant_id = p_tenant
$$;

comment on function millrace.bulk_json(int, bigint) is 'A bulk operation as JSON.';
revoke execute on function millrace.bulk_json(int, bigint) from public;
