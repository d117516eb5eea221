-- watch: a process says that it waits for runs to end, for the next 30 s. While anybody does, ends are notified on the
-- channel of the engine; the process polls anyhow, because a notification is only a hint.
create or replace function millrace.watch(p_tenant int, p_watcher bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_until timestamptz := clock_timestamp() + interval '30 s';
begin
  insert into millrace.watchers (id, tenant_id, expires_at) values (p_watcher, p_tenant, v_until)
  on conflict (id) do update set expires_at = excluded.expires_at;
end $$;

comment on function millrace.watch(int, bigint) is 'Asks for notifications of ended runs for the next 30 s.';
revoke execute on function millrace.watch(int, bigint) from public;
