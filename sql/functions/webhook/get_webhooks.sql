-- get_webhooks: the webhooks of a tenant, by id.   options  tenant, id, workflow_id, direction (in, out)
-- Returns: a row for each, without secrets: secrets is how many count now. declared: the version of the stored graph that it was made for;
-- rejected, errors, duplicates: deliveries that started nothing, for as long as deliveries are kept; failing_since, failures: of the
-- attempts since the last that was delivered; problem: why it sends nothing any more: {code, message, at}.
-- Example: select id, path, rejected from millrace.get_webhooks('{"direction": "in"}');
create or replace function millrace.get_webhooks(options jsonb default '{}')
returns table (id text, direction text, workflow_id text, scheme text, path text, tolerance_ms int, run_options jsonb, url text,
               events text[], active boolean, declared text, created_at timestamptz, keep_ms bigint, secrets int, rejected bigint,
               errors bigint, duplicates bigint, failures int, failing_since timestamptz, problem jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_given  jsonb := get_webhooks.options;
  v_tenant int := millrace.check_options('get_webhooks', v_given, '{"id": "text", "workflow_id": "text", "direction": "text"}');
  v_now    timestamptz := millrace.clock();
begin
  return query
  select w.name, case w.direction when 'i' then 'in' else 'out' end, w.workflow, w.scheme, w.path, w.tolerance_ms, w.run_options, w.url,
         w.events, w.active, w.declared, w.created_at, w.keep_ms,
         (select count(*)::int from millrace.webhook_secrets s where s.webhook_id = w.id and coalesce(s.until > v_now, true)),
         coalesce(c.rejected, 0), coalesce(c.errors, 0), coalesce(c.duplicates, 0), w.failures, w.failing_since, w.problem
  from millrace.webhooks w,
  lateral (select sum(c.rejected)::bigint as rejected, sum(c.errors)::bigint as errors, sum(c.duplicates)::bigint as duplicates
           from millrace.webhook_counts c where c.webhook_id = w.id) c
  where w.tenant_id = v_tenant and w.deleted_at is null and (v_given ->> 'id' is null or w.name = v_given ->> 'id')
    and (v_given ->> 'workflow_id' is null or w.workflow = v_given ->> 'workflow_id')
    and (v_given ->> 'direction' is null or w.direction = left(v_given ->> 'direction', 1)::"char")
  order by w.name;
end $$;

comment on function millrace.get_webhooks(jsonb) is 'The webhooks of a tenant.';
revoke execute on function millrace.get_webhooks(jsonb) from public;
