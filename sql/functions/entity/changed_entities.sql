-- changed_entities: the instances of a tenant that have rows of history since a time, ascending; null if there are more than 20,000 such
-- rows: then they are not few.
create or replace function millrace.changed_entities(p_tenant int, p_since timestamptz) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off as $$
  select case when count(*) <= 20000 then coalesce(array_agg(distinct h.instance_id), '{}') end
  from (select x.instance_id from millrace.entity_history x where x.tenant_id = p_tenant and x.executed_at >= p_since
        order by x.executed_at limit 20001) h
$$;

comment on function millrace.changed_entities(int, timestamptz) is 'The instances that were moved since a time, if they are few.';
revoke execute on function millrace.changed_entities(int, timestamptz) from public;
