-- entity_tables: the tables whose rows are in machines of a tenant, by hops through an index: a few looks for a few tables. At most 1,000.
create or replace function millrace.entity_tables(p_tenant int) returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off as $$
  with recursive hop (name, n) as (
    select (select e.entity_table from millrace.entities e where e.tenant_id = p_tenant order by e.entity_table limit 1), 1
    union all
    select (select e.entity_table from millrace.entities e where e.tenant_id = p_tenant and e.entity_table > h.name
            order by e.entity_table limit 1), h.n + 1
    from hop h where h.name is not null and h.n < 1000)
  select coalesce(array_agg(h.name order by h.name) filter (where h.name is not null), '{}') from hop h
$$;

comment on function millrace.entity_tables(int) is 'The tables whose rows are in machines of a tenant.';
revoke execute on function millrace.entity_tables(int) from public;
