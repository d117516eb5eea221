-- unknown_machine: that there is no machine of a name, as a sentence, with what may have been meant.
-- Twenty names are compared, those that begin alike first: it may be asked for each of a large call.
-- Returns: null if the tenant or the installation has one; those that were deleted count, for their entities are there.
create or replace function millrace.unknown_machine(p_tenant int, p_name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select format('There is no machine "%s"', left(p_name, 140)) || coalesce(': that is a ' || k.kind || ', which has runs, and no entities.',
    '.' || millrace.nearest_name(p_name, array(
      select n.name
      from (select distinct w.name from millrace.workflows w
            where w.tenant_id in (0, p_tenant) and w.deleted_at is null
              and exists (select from millrace.machine_states s where s.workflow_id in (w.id, w.shared_id))) n
      order by lower(left(n.name, 1)) <> lower(left(p_name, 1)), abs(length(n.name) - length(p_name)), n.name limit 20)))
  from (select coalesce(bool_or(w.definition ->> 'kind' = 'machine'), false) as known,
          (array_agg(coalesce(w.definition ->> 'kind', 'function') order by w.tenant_id desc, w.id desc)
             filter (where w.deleted_at is null))[1] as kind
        from millrace.workflows w where w.tenant_id in (0, p_tenant) and w.name = p_name) k
  where not k.known
$$;

comment on function millrace.unknown_machine(int, text) is 'That there is no machine of a name; null if there is one.';
revoke execute on function millrace.unknown_machine(int, text) from public;
