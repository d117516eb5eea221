-- get_versions: what there is to know before a version's code is taken away, or runs are moved: its unfinished runs by what they do, and
-- the living workers that have it. Newest version first. Of deleted ones those
-- that have unfinished runs.
--   options  tenant, workflow_id
-- Returns: a row for each version; orphaned: it has unfinished runs, and no living worker has it; retirable: no unfinished run
-- needs its code (the retry of a failed one would).
-- Example: select version, waiting, oldest from millrace.get_versions('{"workflow_id": "order"}') where live > 0;
create or replace function millrace.get_versions(options jsonb default '{}')
returns table (workflow_id text, version text, kind text, live int, pending int, running int, waiting int, paused int, workers int,
               oldest timestamptz, registered_at timestamptz, orphaned boolean, retirable boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_versions', options, '{"workflow_id": "text"}');
begin
  return query
  select w.name, w.version, coalesce(w.definition ->> 'kind', 'function'), c.live, c.pending, c.running, c.waiting, c.paused, k.workers,
         c.oldest, w.registered_at, c.live > 0 and k.workers = 0, c.live = 0
  from millrace.workflows w,
  lateral (select count(*)::int as workers from millrace.workers x
           where x.tenant_id in (v_tenant, case when w.shared_id is not null then 0 else v_tenant end)
             and x.expires_at > pg_catalog.clock_timestamp()
             and exists (select from jsonb_array_elements(x.info -> 'workflows') e where e ->> 0 = w.name and e ->> 1 = w.version)
              or x.tenant_id = 0 and w.shared_id is null and x.expires_at > pg_catalog.clock_timestamp()
                 and w.definition ->> 'kind' = 'graph' and x.info -> 'graphs' ?| array['*', w.name]) k
  left join lateral (
    select count(*)::int as live,
           count(*) filter (where l.state in ('q', 's') and l.seq = 0 or l.state = 'w' and l.wait_keys = '{~start}')::int as pending,
           count(*) filter (where l.state = 'l' or l.state in ('q', 's') and l.seq > 0)::int as running,
           count(*) filter (where l.state = 'w' and l.wait_keys <> '{~start}')::int as waiting,
           count(*) filter (where l.state = 'p')::int as paused, min(u.created_at) as oldest
    from millrace.routes r join millrace.live l on l.route_id = r.id and l.task = 0
    join millrace.runs u on u.id = l.run_id
    where r.workflow_id = w.id) c on true
  where w.tenant_id = v_tenant and w.name = coalesce(options ->> 'workflow_id', w.name)
    and (w.deleted_at is null or c.live > 0)
  order by w.name, w.registered_at desc, w.id desc;
end $$;

comment on function millrace.get_versions(jsonb) is 'The versions of workflows: what runs they still have, and which workers.';
revoke execute on function millrace.get_versions(jsonb) from public;
