-- quota_used: how much of a kind a tenant has now; null for what is not counted here (requests, streams). Live runs are counted by
-- count_live, and this is what it counted last.
create or replace function millrace.quota_used(p_tenant int, p_kind text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case p_kind
    when 'definitions' then (select count(*) from millrace.workflow_documents d where d.tenant_id = p_tenant)
    when 'definition_bytes' then (select coalesce(sum(octet_length(d.document)), 0) from millrace.workflow_documents d
                                  where d.tenant_id = p_tenant)
    when 'schedules' then (select count(*) from millrace.schedules s where s.tenant_id = p_tenant)
    when 'keys' then (select count(*) from millrace.api_keys k where k.tenant_id = p_tenant)
    when 'members' then (select count(*) from millrace.members m where m.tenant_id = p_tenant)
    when 'secrets' then (select count(*) from millrace.secrets s where s.tenant_id = p_tenant)
    when 'live_runs' then (select u.used from millrace.quota_use u where u.tenant_id = p_tenant and u.kind = 'live_runs') end
$$;

comment on function millrace.quota_used(int, text) is 'How much of a kind a tenant has now.';
revoke execute on function millrace.quota_used(int, text) from public;
