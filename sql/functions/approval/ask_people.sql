-- ask_people: opens the questions that owners ask in the call that parks their runs. A question that is open already stays, for as
-- long as it is asked for now, and one that was answered (the call is sent again) is not opened anew.
--   p_only  the runs whose fence holds; null: all    p_asks  [{run, step, question, details, assignees, roles, ms}]
-- Locks: none, the caller holds the live rows.
create or replace function millrace.ask_people(p_tenant int, p_only bigint[], p_asks json, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
begin
  insert into millrace.approvals (run_id, step, tenant_id, question, details, assignees, roles, asked_at, expires_at)
  select (a ->> 'run')::bigint, a ->> 'step', p_tenant, a ->> 'question', a ->> 'details',
         array(select json_array_elements_text(a -> 'assignees')), array(select json_array_elements_text(a -> 'roles')), p_now,
         p_now + (a ->> 'ms')::numeric * interval '1 ms'
  from json_array_elements(p_asks) a
  where (p_only is null or (a ->> 'run')::bigint = any (p_only))
    and not exists (select from millrace.signals g where g.run_id = (a ->> 'run')::bigint and g.id = '$approval:' || (a ->> 'step'))
  on conflict on constraint approvals_pkey do update set expires_at = excluded.expires_at;
  -- its end sweeps them up, as it does messages
  update millrace.live l set buffered = coalesce(l.buffered, 0)
  from json_array_elements(p_asks) a
  where l.run_id = (a ->> 'run')::bigint and l.task = 0 and (p_only is null or l.run_id = any (p_only)) and l.buffered is null;
end $$;

comment on function millrace.ask_people(int, bigint[], json, timestamptz) is 'Opens the questions that owners ask.';
revoke execute on function millrace.ask_people(int, bigint[], json, timestamptz) from public;
