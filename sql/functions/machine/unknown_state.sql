-- unknown_state: that no version of a machine has a state of a name, as a sentence, with what may have been meant.
-- Returns: null if one has it, if there is no such machine, or for null.
create or replace function millrace.unknown_state(p_tenant int, p_machine text, p_state text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select format('The machine "%s" has no state "%s".', left(p_machine, 140), left(p_state, 140))
    || coalesce(nullif(millrace.nearest_name(p_state, k.names), ''), format(' There are: %s%s.',
      (select string_agg(format('"%s"', n), ', ') from unnest(k.names[1:10]) n),
      ' and ' || nullif(greatest(cardinality(k.names) - 10, 0), 0) || ' more'))
  from (select array_agg(distinct s.name order by s.name) as names
        from millrace.workflows w join millrace.machine_states s on s.workflow_id in (w.id, w.shared_id)
        where w.tenant_id in (0, p_tenant) and w.name = p_machine) k
  where p_state <> all (k.names)
$$;

comment on function millrace.unknown_state(int, text, text) is 'That no version of a machine has a state; null if one has it.';
revoke execute on function millrace.unknown_state(int, text, text) from public;
