-- get_quotas: how much a tenant may have, and has.   options  tenant
-- Returns: most: null: no limit; own: whether it was set for this tenant; used: null for what only servers count (requests, streams).
-- Raises: MR001, MR042. Example: select kind, used, most from millrace.get_quotas('{"tenant": "acme"}');
create or replace function millrace.get_quotas(options jsonb default '{}') returns table (kind text, most bigint, own boolean, used bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_quotas', options);
begin
  perform millrace.count_live(v_tenant, true);
  return query
  select d.kind, millrace.quota(v_tenant, d.kind), exists (select from millrace.quotas q where q.tenant_id = v_tenant and q.kind = d.kind),
         millrace.quota_used(v_tenant, d.kind)
  from millrace.default_quotas() d;
end $$;

comment on function millrace.get_quotas(jsonb) is 'How much a tenant may have, and has.';
revoke execute on function millrace.get_quotas(jsonb) from public;
