-- current_tenant: the tenant of which readers see rows; null without one. Behind PostgREST that of the token's claim tenant, a slug, if
-- there is such a tenant and it is not suspended; elsewhere that which the transaction was given by SET LOCAL millrace.tenant_id.
-- A token wins, whatever the session was given, and one without the claim has no tenant. Only the policies for readers ask it; after a
-- commit the settings are '', not null, hence the nullif.
create or replace function millrace.current_tenant() returns int
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  select case when c.claims is null then nullif(current_setting('millrace.tenant_id', true), '')::int
         else (select t.id from millrace.tenants t
               where t.slug = c.claims ->> 'tenant' and jsonb_typeof(c.claims -> 'tenant') = 'string'
                 and t.suspended_at is null and t.deleting_at is null) end
  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb as claims) c
$$;

comment on function millrace.current_tenant() is 'The tenant of the token, or that the transaction was given; null without one.';
