-- start_signalled: starts runs (start_runs) and sends messages to them, in one transaction: to the run that was made, or to the one that
-- was there already under the same key. Calling it again with the same ids changes nothing.
--   p_signals  [{start (the id of the start that it goes with), id, name, data (JSON as text)}]
-- Returns: as start_runs; to a start that was refused nothing is sent. Raises: what start_runs raises, MR001 for a bad name or id,
-- MR011 if the run that was there has ended, MR020 if too many of its messages are not taken.
-- Locks: what start_runs locks, then the live rows, ascending.
create or replace function millrace.start_signalled(
  p_tenant int, p_ids bigint[], p_routes int[], p_delays bigint[], p_inputs text[], p_metas text[], p_signals json)
returns table (run_id bigint, verdict "char", existing bigint, created_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_odd   bigint[];
  v_kinds "char"[];
  v_found bigint[];
  v_made  timestamptz;
  v_sent  record;
  v_ended record;
begin
  select array_agg(s.run_id) filter (where s.verdict <> 'm'), array_agg(s.verdict) filter (where s.verdict <> 'm'),
         array_agg(s.existing) filter (where s.verdict <> 'm'), max(s.created_at)
  into v_odd, v_kinds, v_found, v_made
  from millrace.start_runs(p_tenant, p_ids, p_routes, p_delays, p_inputs, p_metas) s;
  select array_agg(coalesce(o.existing, x.start) order by x.i) as runs, array_agg(x.id order by x.i) as ids,
         array_agg(x.name order by x.i) as names, array_agg(x.data order by x.i) as data,
         bool_or(coalesce(x.name, '') !~ '^[A-Za-z0-9_.: -]{1,128}$') as bad
  into v_sent
  from (select (s.value ->> 'start')::bigint as start, s.value ->> 'id' as id, s.value ->> 'name' as name, s.value ->> 'data' as data, s.i
        from json_array_elements(p_signals) with ordinality s (value, i)) x
  left join unnest(v_odd, v_kinds, v_found) o (run, verdict, existing) on o.run = x.start
  where o.verdict is null or o.verdict = 'e';
  if v_sent.bad then
    perform millrace.fail('MR001', 'A signal of this call has no name that could be one.', 'Names match [A-Za-z0-9_.: -]{1,128}.');
  elsif v_sent.runs is not null then
    select (v_sent.runs)[s.nth] as run, (v_sent.names)[s.nth] as name into v_ended
    from millrace.send_signals(p_tenant, v_sent.runs, v_sent.ids, v_sent.names, v_sent.data) s
    -- one that this call made may have ended only if the call is sent again: it had its message then
    where not s.accepted and (v_sent.runs)[s.nth] = any (v_found) limit 1;
    if found then
      perform millrace.refuse_move(p_tenant, v_ended.run, format('signal "%s" cannot be delivered', v_ended.name));
    end if;
  end if;
  return query select * from unnest(v_odd, v_kinds, v_found) o (run, verdict, existing), lateral (select null::timestamptz) t;
  return query select null::bigint, 'm'::"char", null::bigint, v_made;
end $$;

comment on function millrace.start_signalled(int, bigint[], int[], bigint[], text[], text[], json) is
  'Starts runs, and sends messages to them or to those that were there already.';
revoke execute on function millrace.start_signalled(int, bigint[], int[], bigint[], text[], text[], json) from public;
