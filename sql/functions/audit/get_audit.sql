-- get_audit: who did what, the newest first.
--   options  tenant, or installation: true (who made and deleted tenants); subject, action (a trailing * takes all that begin so),
--            target, limit (20, at most 101), after (an id: older ones follow)
-- Under a rare filter a page is short, or a single row without an action: only the next 10,000 are looked at. Go on from its last_seen,
-- until that is null. Raises: MR001 for an option, MR042 for a tenant that there is not.
-- Example: select at, subject, action, target from millrace.get_audit('{"action": "key.*"}');
create or replace function millrace.get_audit(options jsonb default '{}')
returns table (id text, at timestamptz, subject text, action text, target text, detail jsonb, last_seen text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_audit', options, '{"installation": "any", "subject": "text", "action": "text",
    "target": "text", "limit": "whole", "after": "seq"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
  v_from   bigint := coalesce((options ->> 'after')::bigint, 9223372036854775807);
  v_action text := options ->> 'action';
  v_whole  boolean := right(v_action, 1) <> '*';
  v_last   bigint;
begin
  if options -> 'installation' = 'true' then
    v_tenant := 0;
  end if;
  select min(x.id) into v_last from (
    select a.id from millrace.audit a where a.tenant_id = v_tenant and a.id < v_from order by a.id desc limit 10000) x
  having count(*) = 10000;
  return query
  select a.id::text, a.at, a.subject, a.action, a.target, a.detail, v_last::text
  from (select x.* from millrace.audit x where x.tenant_id = v_tenant and x.id < v_from order by x.id desc limit 10000) a
  where a.subject = coalesce(options ->> 'subject', a.subject)
    and (v_action is null or case when v_whole then a.action = v_action else starts_with(a.action, left(v_action, -1)) end)
    and (options ->> 'target' is null or a.target = options ->> 'target')
  order by a.id desc limit v_limit;
  if not found and v_last is not null then
    return query select null::text, null::timestamptz, null::text, null::text, null::text, null::jsonb, v_last::text;
  end if;
end $$;

comment on function millrace.get_audit(jsonb) is 'Who did what, the newest first.';
revoke execute on function millrace.get_audit(jsonb) from public;
