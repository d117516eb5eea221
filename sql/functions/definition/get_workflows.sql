-- get_workflows: the registered workflow versions that a tenant may start, its own and the installation's, with its live runs and the
-- living workers that have them.
--   options  tenant
-- state: active · inactive, no run may be started (deactivate_workflow, is_active: false) · deleted, with unfinished runs that were left
drop function if exists millrace.get_workflows(jsonb);
create or replace function millrace.get_workflows(options jsonb default '{}')
returns table (id text, version text, kind text, live int, workers int, state text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_workflows', options);
begin
  return query
  select w.name, w.version, coalesce(w.definition ->> 'kind', 'function'), coalesce(c.live, 0)::int,
         (select count(*)::int from millrace.workers k
          where k.tenant_id in (v_tenant, case when w.shared_id is not null then 0 else w.tenant_id end)
            and k.expires_at > pg_catalog.clock_timestamp()
            and exists (select from jsonb_array_elements(k.info -> 'workflows') e
                        where e ->> 0 = w.name and e ->> 1 = w.version)
             or k.tenant_id = 0 and w.shared_id is null and w.tenant_id <> 0 and k.expires_at > pg_catalog.clock_timestamp()
                and w.definition ->> 'kind' = 'graph' and k.info -> 'graphs' ?| array['*', w.name]),
         case when w.deleted_at is not null then 'deleted' when s.name is not null then 'inactive' else 'active' end
  from millrace.workflows w
  left join (select r.workflow_id, count(*) as live from millrace.live l join millrace.routes r on r.id = l.route_id
             where l.task = 0 group by r.workflow_id) c on c.workflow_id = w.id
  left join millrace.stopped_workflows s on s.tenant_id = v_tenant and s.name = w.name
  where w.tenant_id = v_tenant and (w.deleted_at is null or c.live > 0)
     or w.tenant_id = 0 and w.deleted_at is null and s.why is distinct from 'd'
        and not exists (select from millrace.workflows o where o.tenant_id = v_tenant and o.name = w.name and o.version = w.version)
  order by w.name, w.id;
end $$;

comment on function millrace.get_workflows(jsonb) is 'The registered workflow versions, with their live runs and workers.';
revoke execute on function millrace.get_workflows(jsonb) from public;
