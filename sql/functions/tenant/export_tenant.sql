-- export_tenant: all that is kept of a tenant, page by page, as lines of JSON: {"table": …, "row": {…}}; never hashes of keys, nor
-- secrets. Go on from the cursor of a page, until that is null. Each page reads 4 MiB of one table, and may be empty: what other tenants
-- have in it is read and left out. What is written meanwhile may be missing, or be there twice: suspend the tenant first, if that matters.
--   options  tenant, after (a cursor), pages (512 of 8 KiB, at most 8,192)
-- Returns: cursor; lines. Raises: MR001, also for what is no cursor; MR042.
-- Example: select cursor, line from millrace.export_tenant('{"tenant": "acme"}'), unnest(lines) line;
create or replace function millrace.export_tenant(options jsonb default '{}') returns table (cursor text, lines text[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('export_tenant', options, '{"after": "text", "pages": "whole"}');
  v_tables text[] := array[  -- in the order of tenant_rows
    'tenants', 'api_keys', 'approvals', 'attributes', 'audit', 'bulk_operations', 'checkpoints_0',
    'children', 'continuations', 'discards', 'event_starts', 'event_waits', 'events', 'idle_workers',
    'lanes', 'limited_routes', 'limits', 'live', 'members', 'merged_starts', 'meters',
    'outcomes_0', 'queue_heads', 'quota_use', 'quotas', 'rates', 'retention', 'routes',
    'run_aliases', 'run_attributes', 'run_keys', 'run_labels', 'runs_0', 'schedules', 'secrets',
    'signals', 'start_keys', 'watchers', 'workers', 'workflow_documents', 'workflows',
    'webhooks', 'webhook_secrets', 'webhook_deliveries', 'webhook_counts', 'requests', 'stopped_workflows',
    'follows', 'feeds', 'feed_readers', 'feed', 'chunks', 'logs',
    'entities', 'entity_history', 'machine_states', 'machine_transitions'];
  v_pages  int := greatest(least(coalesce((options ->> 'pages')::int, 512), 8192), 1);
  v_after  text[] := string_to_array(coalesce(options ->> 'after', 'tenants/0'), '/');
  v_i      int := array_position(v_tables, v_after[1]);
  v_from   bigint;
  v_size   bigint;
  v_lines  text[];
begin
  if v_i is null or cardinality(v_after) <> 2 or v_after[2] !~ '^[0-9]{1,10}$' then
    perform millrace.fail('MR001', format('"%s" is not a cursor of an export.', left(options ->> 'after', 140)),
      'Give the cursor of the page before, or none.');
  end if;
  v_from := v_after[2]::bigint;
  v_size := pg_relation_size(format('millrace.%I', v_tables[v_i])::regclass) / current_setting('block_size')::int;
  v_lines := array(select json_build_object('table', regexp_replace(v_tables[v_i], '_0$', ''), 'row', r.line)::text
                   from millrace.tenant_rows(v_tenant, v_i, format('(%s,0)', least(v_from, 4294967294))::tid,
                                             format('(%s,65535)', least(v_from + v_pages - 1, 4294967294))::tid) r);
  return query select case when v_from + v_pages < v_size then format('%s/%s', v_tables[v_i], v_from + v_pages)
                           when v_i < cardinality(v_tables) then v_tables[v_i + 1] || '/0' end, v_lines;
end $$;

comment on function millrace.export_tenant(jsonb) is 'All that is kept of a tenant, page by page, as lines of JSON.';
revoke execute on function millrace.export_tenant(jsonb) from public;
