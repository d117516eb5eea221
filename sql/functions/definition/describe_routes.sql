-- describe_routes: what a worker for all tenants must know of these routes to run what they have: whose they are, what to run, and where
-- their queues begin (as get_routes). In the reply:
--   shared_id    the installation's version that it is a copy of; null: the tenant's own
--   document_id  the version whose stored document makes it: its own, the installation's, or that of the flow or graph a part of which it
--                does ("<graph>.node", in the graph's version); null: it is code alone. kind and
--                document_name are of that version
-- A route of a tenant that is being deleted is not there.
create or replace function millrace.describe_routes(p_routes int[])
returns table (route_id int, tenant_id int, tenant text, name text, version text, shared_id int, document_id int, document_name text,
               kind text, queue text, priority int, head bigint, sweep_ms int, limited boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select r.id, t.id, t.slug, w.name, w.version, w.shared_id, d.id, d.name, coalesce(d.kind, w.definition ->> 'kind', 'function'),
         r.queue, r.priority::int, coalesce(h.turn, 0), coalesce(h.sweep_ms, 0),
         exists (select from millrace.limited_routes m where m.route_id = r.id and not m.free)
  from unnest(p_routes) u (id) join millrace.routes r on r.id = u.id
  join millrace.tenants t on t.id = r.tenant_id
  join millrace.workflows w on w.id = r.workflow_id
  left join millrace.queue_heads h on h.route_id = r.id
  left join lateral (
    select o.id, o.name, o.definition ->> 'kind' as kind
    from (select w.id, 1 as nth union all select w.shared_id, 2 union all
          select g.id, 3 from millrace.workflows g
          where g.tenant_id = case when w.shared_id is null then w.tenant_id else 0 end
            and g.name = regexp_replace(w.name, '\.[^.]*$', '') and g.version = w.version and g.name <> w.name) x
    join millrace.workflows o on o.id = x.id
    where exists (select from millrace.workflow_documents z where z.workflow_id = o.id)
    order by x.nth limit 1) d on true
  where t.deleting_at is null
$$;

comment on function millrace.describe_routes(int[]) is 'What a worker for all tenants must know of routes.';
revoke execute on function millrace.describe_routes(int[]) from public;
