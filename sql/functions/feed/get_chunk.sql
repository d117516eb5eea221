-- get_chunk: what was too large for a notification; null once it has gone, a minute later.
create or replace function millrace.get_chunk(p_tenant int, p_id bigint) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.body from millrace.chunks c where c.id = p_id and c.tenant_id = p_tenant
$$;

comment on function millrace.get_chunk(int, bigint) is 'What was too large for a notification.';
revoke execute on function millrace.get_chunk(int, bigint) from public;
