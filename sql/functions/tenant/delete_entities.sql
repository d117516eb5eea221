-- delete_entities: of a tenant that is being deleted the next instances of machines, with their trails: call it until it gives 0. Its
-- machines take no starts from the first call on. Who is about to start or move one is waited for, as we take the rows that he holds, and
-- nobody finds one that has gone: so no transition, timer or action comes after it.
-- Returns: how many. Locks: the versions of its machines, then the instances, each ascending.
create or replace function millrace.delete_entities(p_tenant int, p_batch int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := millrace.clock();
  v_ids uuid[];
begin
  -- a start holds its version for key share
  perform from millrace.workflows w where w.tenant_id = p_tenant and w.deleted_at is null and w.definition ->> 'kind' = 'machine'
  order by w.id for update;
  update millrace.workflows w set deleted_at = v_now
  where w.tenant_id = p_tenant and w.deleted_at is null and w.definition ->> 'kind' = 'machine';
  v_ids := array(select e.id from millrace.entities e where e.tenant_id = p_tenant
                 order by e.tenant_id, e.entity_table, e.entity_id, e.id limit p_batch);
  perform from millrace.entities e where e.id = any (v_ids) order by e.id for update;
  delete from millrace.entity_history h where h.instance_id = any (v_ids);  -- with what was written while we waited
  delete from millrace.entities e where e.id = any (v_ids);
  return cardinality(v_ids);
end $$;

comment on function millrace.delete_entities(int, int) is 'Of a tenant that is being deleted the next instances of machines.';
revoke execute on function millrace.delete_entities(int, int) from public;
