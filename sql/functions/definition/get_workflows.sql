-- get_workflows: the registered workflow versions, with their live runs and the living workers that have them.
--   options  tenant
create or replace function millrace.get_workflows(options jsonb default '{}')
returns table (id text, version text, kind text, live int, workers int)
language sql stable security definer set search_path = '' as $$
  select w.name, w.version, coalesce(w.definition ->> 'kind', 'function'),
         (select count(*)::int from millrace.routes r join millrace.live l on l.route_id = r.id and l.task = 0 where r.workflow_id = w.id),
         (select count(*)::int from millrace.workers k
          where k.tenant_id = w.tenant_id and k.expires_at > pg_catalog.clock_timestamp()
            and k.info -> 'workflows' @> jsonb_build_array(jsonb_build_array(w.name, w.version)))
  from millrace.workflows w
  where w.tenant_id = millrace.tenant_id(coalesce(options ->> 'tenant', 'default')) order by w.name, w.id
$$;

comment on function millrace.get_workflows(jsonb) is 'The registered workflow versions, with their live runs and workers.';
revoke execute on function millrace.get_workflows(jsonb) from public;
