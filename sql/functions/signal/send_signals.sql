-- send_signals: messages to runs, in arrays; first in first out for each run and name, each consumed once.
-- Returns: for each, whether the run was alive to take it; a run that has ended, or never was, takes none.
-- Raises: MR001 for an id that is too long or is the engine's own ($child:, $approval:, $event:), MR020 for more
-- than 1,000 at once or too many that are not taken (put_signal). Locks: the live rows, ascending.
create or replace function millrace.send_signals(p_tenant int, p_runs bigint[], p_ids text[], p_names text[], p_data text[])
returns table (nth int, accepted boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz;
  v_bad  text;
  v_mine bigint[];
begin
  if cardinality(p_runs) > 1000 then
    perform millrace.fail('MR020', format('%s signals in one call are over the limit of 1,000.', cardinality(p_runs)),
      'Send them in several calls.');
  end if;
  select coalesce(u.id, 'null') into v_bad from unnest(p_ids) u (id)
  where u.id is null or u.id ~ '^[$](child|approval|event):' or length(u.id) not between 1 and 256 limit 1;
  if found then
    perform millrace.fail('MR001', format('"%s" is not an id for a signal.', left(v_bad, 300)),
      'An id has 1 to 256 characters and does not begin with "$child:", "$approval:" or "$event:".',
      json_build_object('dedupe_id', left(v_bad, 300)));
  end if;
  -- only what was locked counts: a run whose start commits after this look is seen below, but anybody may change it there
  v_mine := array(select l.run_id from millrace.live l where l.run_id = any (p_runs) and l.task = 0 and l.tenant_id = p_tenant
                  order by l.run_id for update);
  v_now := millrace.clock();
  return query
  select u.i::int, case when u.run = any (v_mine) then millrace.put_signal(p_tenant, u.run, u.id, u.name, u.data, v_now) else false end
  from unnest(p_runs, p_ids, p_names, p_data) with ordinality u (run, id, name, data, i) order by u.i;
end $$;

comment on function millrace.send_signals(int, bigint[], text[], text[], text[]) is 'Sends messages to runs; tells which runs were alive to take them.';
revoke execute on function millrace.send_signals(int, bigint[], text[], text[], text[]) from public;
