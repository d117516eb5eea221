-- define_workflow: stores a graph: a workflow that is a document, without code; if it has states, a machine (define_machine).
-- Workers that take stored graphs run it from now on.
-- It may be started, unless the document says is_active: false; is_active: true takes back that a person deactivated it.
-- Its version is the document's own, or 's-' and what its content gives: the same content again changes nothing but the options. It is the
-- version that starts take, also where it was put before another. As which version it is put is no part of its content.
--   document  {name, version, timeout, trigger_type, trigger_config, steps: [{id, type, config, depends_on}], …}
--   options   tenant, version (default: the document's), queue, priority, retries, timeout (default: the document's; there a number is
--             seconds), limits (as of put_queue), webhook_secret (in the place of the document's), sealed (it is encrypted already),
--             unsigned (true: as webhook_secret null in the document: it has none any more)
-- A webhook_secret of the document is not kept in it: it goes to the webhook that a graph with trigger_type webhook has (sync_webhook).
-- Returns: created: whether the version is new, or was deleted. Raises: MR030 with all issues of the document, MR015 if the version exists
-- with another content, MR001 for options. Locks: as hold_name, then the version's row of workflows; the schedules of the workflow, if it
-- has had any; its webhook.
-- Example: select * from millrace.define_workflow('{"name": "ping", "steps": [{"id": "get", "type": "http", "config": {"url": "…"}}]}');
create or replace function millrace.define_workflow(document jsonb, options jsonb default '{}')
returns table (workflow_id text, version text, created boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant  int := millrace.check_options('define_workflow', options,
    '{"version": "text", "queue": "text", "priority": "whole", "retries": "whole", "timeout": "any", "limits": "any",
      "webhook_secret": "text", "sealed": "any", "unsigned": "any"}');
  v_now     timestamptz := clock_timestamp();
  v_states  boolean := coalesce(define_workflow.document -> 'states' is not null and define_workflow.document -> 'steps' is null, false);
  v_name    text := case when not v_states then millrace.check_document(define_workflow.document) end;
  v_secret  text := coalesce(options ->> 'webhook_secret', define_workflow.document ->> 'webhook_secret');
  v_text    text := (define_workflow.document - 'webhook_secret')::text;
  v_hash    text := encode(sha256(convert_to((define_workflow.document - '{webhook_secret,version}'::text[])::text, 'UTF8')), 'hex');
  v_version text := coalesce(options ->> 'version', define_workflow.document ->> 'version', 's-' || left(v_hash, 12));
  v_cron    jsonb := case when define_workflow.document ->> 'trigger_type' = 'cron'
                           and define_workflow.document -> 'is_active' is distinct from 'false' then jsonb_strip_nulls(jsonb_build_object(
                            'cron', define_workflow.document #> '{trigger_config,cron_expression}',
                            'timezone', define_workflow.document #> '{trigger_config,timezone}')) end;
  v_timeout jsonb := define_workflow.document -> 'timeout';
  v_bad     text;
  v_created boolean;
  v_old     record;
begin
  if v_states then
    return query select m.workflow_id, m.version, m.created from millrace.define_machine(define_workflow.document, options) m;
    return;
  end if;
  v_bad := case
    when options ->> 'version' !~ '^[A-Za-z0-9_.: -]{1,128}$' then 'version must match [A-Za-z0-9_.: -]{1,128}'
    when options ->> 'queue' !~ '^[A-Za-z0-9_.: -]{1,128}$' then 'queue must match [A-Za-z0-9_.: -]{1,128}'
    when (options ->> 'priority')::int not between -1000 and 1000 then 'priority must be from -1,000 to 1,000'
    when (options ->> 'retries')::int not between 0 and 1000 then 'retries must be from 0 to 1,000' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The options of define_workflow were refused: %s.', v_bad), 'Correct it, and put it again.',
      json_build_object('options', options));
  end if;
  if v_cron is not null then
    perform millrace.check_schedule(v_name, v_cron);
  end if;
  v_timeout := coalesce(nullif(options -> 'timeout', 'null'),
                        case jsonb_typeof(v_timeout) when 'number' then to_jsonb(v_timeout::numeric * 1000) else v_timeout end);
  perform millrace.hold_name(v_tenant, v_name);
  perform millrace.revive_name(v_tenant, v_name, v_version, 'graph', v_text, v_hash);
  if define_workflow.document -> 'is_active' = 'true' then
    delete from millrace.stopped_workflows s where s.tenant_id = v_tenant and s.name = v_name;
  end if;
  insert into millrace.workflows (tenant_id, name, version, definition, registered_at)
  values (v_tenant, v_name, v_version, '{"kind": "graph"}', v_now)
  on conflict (tenant_id, name, version) do update set registered_at = workflows.registered_at
  returning id, coalesce(definition ->> 'kind', 'function') as kind, deleted_at is not null as gone into v_old;
  if v_old.kind <> 'graph' then  -- runs of it are under way with that code
    perform millrace.fail('MR015', format('Workflow "%s" exists in version "%s" as code (kind %s).', v_name, v_version, v_old.kind),
      'Give the graph a version of its own, or none: then it is taken from its content.',
      json_build_object('workflow_id', v_name, 'version', v_version, 'kind', v_old.kind));
  end if;
  v_created := millrace.put_document(v_tenant, v_old.id, v_text, v_hash) or v_old.gone;
  perform millrace.register_workflow(v_tenant, v_name, v_version, jsonb_strip_nulls(jsonb_build_object('kind', 'graph',
    'queue', options ->> 'queue', 'priority', (options ->> 'priority')::int, 'retries', (options ->> 'retries')::int,
    'timeout_ms', millrace.duration_ms(v_timeout), 'limits', options -> 'limits')), v_text, v_hash);
  perform millrace.sync_schedules(v_tenant, jsonb_build_array(jsonb_build_object('workflow', v_name, 'version', v_version,
    'schedules', jsonb_path_query_array(jsonb_build_array(v_cron), '$[*] ? (@ != null)'))));
  perform millrace.sync_webhook(v_tenant, v_name, v_version, define_workflow.document, v_secret,
    coalesce(options -> 'sealed' = 'true', false), v_secret is null and coalesce(options -> 'unsigned' = 'true', false)
      or v_secret is null and coalesce(define_workflow.document -> 'webhook_secret' = 'null', false));
  return query select v_name, v_version, v_created;
end $$;

comment on function millrace.define_workflow(jsonb, jsonb) is 'Stores a graph: a workflow that is a document, without code.';
revoke execute on function millrace.define_workflow(jsonb, jsonb) from public;
