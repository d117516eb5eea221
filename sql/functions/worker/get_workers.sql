-- get_workers: the worker processes of a tenant, and the steps that have run for long there.   options  tenant
-- Workers that serve all tenants are among them, without their host, and with the steps of this tenant only: neither is for it to see.
-- draining: an operator has told it to finish what it has, and to end.
drop function if exists millrace.get_workers(jsonb);
create or replace function millrace.get_workers(options jsonb default '{}')
returns table (id text, info jsonb, running jsonb, started_at timestamptz, lease_until timestamptz, alive boolean, draining boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_workers', options);
begin
  return query
  select w.id::text,
         case w.tenant_id when 0 then w.info || '{"host": "(all tenants)", "pid": 0, "shared": true}' else w.info end,
         case w.tenant_id when 0 then (
           select coalesce(jsonb_agg(s.step order by s.i), '[]') from jsonb_array_elements(w.running) with ordinality s (step, i)
           where millrace.known_run(v_tenant, (s.step ->> 'run')::uuid) is not null) else w.running end,
         w.started_at, w.expires_at, w.expires_at > pg_catalog.clock_timestamp(), w.drain_at is not null
  from millrace.workers w
  where w.tenant_id in (0, v_tenant) order by w.id;
end $$;

comment on function millrace.get_workers(jsonb) is 'The worker processes, and the steps that have run for long there.';
revoke execute on function millrace.get_workers(jsonb) from public;
