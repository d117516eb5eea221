-- get_definitions: the workflows that are documents, each with the one that starts take, in the order in which they were first stored.
--   options  tenant, workflow_id, kind (graph, flow), trigger_type (of graphs), active (true: runs may be started; false: not),
--            limit (20, at most 101), after (a place that this gave: later ones follow)
-- Returns: first_at, when its first version was stored, and last_at, when the last one was; place, of a page; webhook_path, where it
-- has one of its own (sync_webhook). Raises: MR001 for an option.
-- Example: select workflow_id, document ->> 'name' from millrace.get_definitions('{"kind": "graph", "active": true}');
drop function if exists millrace.get_definitions(jsonb);
create or replace function millrace.get_definitions(options jsonb default '{}')
returns table (workflow_id text, version text, kind text, document jsonb, active boolean, first_at timestamptz, last_at timestamptz,
               place text, webhook_path text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_definitions', options,
    '{"workflow_id": "text", "kind": "text", "trigger_type": "text", "active": "any", "limit": "whole", "after": "text"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
  v_after  text[] := regexp_match(options ->> 'after', '^([0-9]{1,16})\.([0-9]{1,10})$');
begin
  if options ->> 'after' is not null and v_after is null
    or options ? 'active' and jsonb_typeof(options -> 'active') not in ('boolean', 'null') then
    perform millrace.fail('MR001', 'The options of get_definitions were refused: active must be true or false, after a place that it gave.',
      'Correct it.', json_build_object('options', options));
  end if;
  return query
  select w.name, w.version, w.definition ->> 'kind', d.document::jsonb, s.name is null, x.first_at, w.registered_at,
         format('%s.%s', (extract(epoch from x.first_at) * 1000000)::bigint, x.first), h.path
  from (select v.name, min(v.created_at) as first_at, min(v.id) as first,
               (array_agg(v.id order by v.registered_at desc, v.id desc))[1] as last
        from millrace.workflows v
        where v.tenant_id = v_tenant and v.deleted_at is null and v.name = coalesce(options ->> 'workflow_id', v.name) group by v.name) x
  join millrace.workflows w on w.id = x.last
  join millrace.workflow_documents d on d.workflow_id = w.id
  left join millrace.webhooks h on h.tenant_id = w.tenant_id and h.name = w.name || '#1' and h.deleted_at is null
  left join millrace.stopped_workflows s on s.tenant_id = w.tenant_id and s.name = w.name
  where w.definition ->> 'kind' = coalesce(options ->> 'kind', w.definition ->> 'kind')
    and (options ->> 'trigger_type' is null
         or coalesce(d.document::jsonb ->> 'trigger_type', 'manual') = options ->> 'trigger_type')
    and (options ->> 'active' is null or (s.name is null) = (options ->> 'active')::boolean)
    and (v_after is null
         or ((extract(epoch from x.first_at) * 1000000)::bigint, x.first) > (v_after[1]::bigint, v_after[2]::bigint))
  order by x.first_at, x.first limit v_limit;
end $$;

comment on function millrace.get_definitions(jsonb) is 'The workflows that are documents, each with the one that starts take.';
revoke execute on function millrace.get_definitions(jsonb) from public;
