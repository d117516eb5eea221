-- get_state_times: how long instances of a machine were in its states before they left them, in milliseconds.
--   options  tenant, version, state, since (stays that ended since then; default: in the last 30 days)
-- Where the machine has at most 20,000 instances their trails are read, else all that was done since then, of all machines.
-- Returns: a row for each state that was left: count, average, median, 95th percentile, longest. Raises: MR001, MR040.
-- Example: select state, p95_ms / 3600000 as hours from millrace.get_state_times('order', '{"since": "2027-01-01"}');
create or replace function millrace.get_state_times(machine text, options jsonb default '{}')
returns table (state text, count bigint, average_ms float8, p50_ms float8, p95_ms float8, max_ms float8)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant   int := millrace.check_options('get_state_times', options, '{"version": "text", "state": "text", "since": "time"}');
  v_versions int[] := millrace.machine_versions(v_tenant, get_state_times.machine, options ->> 'version');
  v_since    timestamptz := coalesce((options ->> 'since')::timestamptz, millrace.clock() - interval '30 days');
  v_state    text := options ->> 'state';
  v_states   text[] := array(select distinct s.name from millrace.machine_states s where s.workflow_id = any (
    millrace.machine_versions(v_tenant, get_state_times.machine, null)));
  v_few      uuid[] := millrace.entity_window(v_tenant, null, null, array_fill(get_state_times.machine, array[cardinality(v_states)]),
    v_states, 'ffffffff-ffff-ffff-ffff-ffffffffffff', false, 20001);
begin
  perform millrace.check_state(v_tenant, get_state_times.machine, v_state);
  return query
  select h.from_state, count(*), avg(h.spent_ms)::float8, percentile_cont(0.5) within group (order by h.spent_ms),
    percentile_cont(0.95) within group (order by h.spent_ms), max(h.spent_ms)::float8
  from (
    select x.from_state, x.spent_ms, x.workflow_id
    from unnest(v_few) u (id) join millrace.entity_history x on x.instance_id = u.id
    where cardinality(v_few) <= 20000 and x.executed_at >= v_since
    union all
    select x.from_state, x.spent_ms, x.workflow_id from millrace.entity_history x
    where cardinality(v_few) > 20000 and x.executed_at >= v_since and x.tenant_id = v_tenant) h
  where h.workflow_id = any (v_versions) and h.spent_ms is not null and h.from_state = coalesce(v_state, h.from_state)
  group by h.from_state order by h.from_state;
end $$;

comment on function millrace.get_state_times(text, jsonb) is 'How long instances of a machine were in its states.';
revoke execute on function millrace.get_state_times(text, jsonb) from public;
