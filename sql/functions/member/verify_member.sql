-- verify_member: what the subject of a token may do in a tenant; no row if there is no such tenant.
-- Returns: roles: null: no member of it; suspended: of the tenant.
create or replace function millrace.verify_member(p_tenant text, p_subject text) returns table (roles text[], suspended boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.roles, t.suspended_at is not null
  from millrace.tenants t left join millrace.members m on m.tenant_id = t.id and m.subject = p_subject
  where t.slug = p_tenant and t.deleting_at is null
$$;

comment on function millrace.verify_member(text, text) is 'What the subject of a token may do in a tenant.';
revoke execute on function millrace.verify_member(text, text) from public;
