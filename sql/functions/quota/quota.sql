-- quota: how much of a kind a tenant may have: its own quota, else the installation's, else the default; null: no limit.
create or replace function millrace.quota(p_tenant int, p_kind text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select x.most from (
    select 1 as rank, q.most from millrace.quotas q where q.tenant_id = p_tenant and q.kind = p_kind
    union all select 2, q.most from millrace.quotas q where q.tenant_id = 0 and q.kind = p_kind
    union all select 3, d.most from millrace.default_quotas() d where d.kind = p_kind) x
  order by x.rank limit 1
$$;

comment on function millrace.quota(int, text) is 'How much of a kind a tenant may have; null: no limit.';
revoke execute on function millrace.quota(int, text) from public;
