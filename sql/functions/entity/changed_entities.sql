-- changed_entities: the instances of a tenant that have rows of history since a time, ascending; null if there are more than 20,000 such
-- rows of all tenants: then they are not few. Only the index of times is used, which leads to the end of the trail.
create or replace function millrace.changed_entities(p_tenant int, p_since timestamptz) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off as $$
  select case when count(*) <= 20000 then coalesce(array_agg(distinct h.instance_id) filter (where h.tenant_id = p_tenant), '{}') end
  from (select x.instance_id, x.tenant_id from millrace.entity_history x where x.executed_at >= p_since limit 20001) h
$$;

comment on function millrace.changed_entities(int, timestamptz) is 'The instances that were moved since a time, if they are few.';
revoke execute on function millrace.changed_entities(int, timestamptz) from public;
