-- find_instances: which instances are meant where transitions name an entity instead: {machine, table, id} in their extras. That which
-- the request has moved already, else the live one, else the last. The table may be left out: it is one that the machine's documents name
-- then, or is called like the machine.
-- Returns: p_ids with those in the places of nulls; null where there is none.
create or replace function millrace.find_instances(p_tenant int, p_ids uuid[], p_requests text[], p_extras text[]) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select array_agg(coalesce(u.id, (
    select e.id from millrace.entities e
    where e.tenant_id = p_tenant and e.entity_id = x.entity ->> 'id' and e.machine = x.entity ->> 'machine'
      and e.entity_table = any (x.tables)
    order by not exists (select from millrace.entity_history h where h.instance_id = e.id and h.request = u.request),
      e.completed_at is not null, e.id desc limit 1)) order by u.n)
  from unnest(p_ids, p_requests, p_extras) with ordinality u (id, request, extra, n)
  cross join lateral (select case when u.id is null then u.extra::jsonb -> 'entity' end as entity offset 0) y
  cross join lateral (
    select y.entity, case when y.entity ->> 'table' is not null then array[y.entity ->> 'table']
                     else array(select coalesce(w.definition ->> 'table', w.name) from millrace.workflows w
                                where w.tenant_id = p_tenant and w.name = y.entity ->> 'machine') end as tables offset 0) x
$$;

comment on function millrace.find_instances(int, uuid[], text[], text[]) is 'Which instances are meant by entities.';
revoke execute on function millrace.find_instances(int, uuid[], text[], text[]) from public;
