-- shown_message: of a wait that a message ended, what people see of it: the end of a child is of kind C (status, output), of an event its
-- data alone are shown.
create or replace function millrace.shown_message(p_run bigint, p_name text, p_data text, out kind "char", out data text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select case when x.child then 'C' else 'g' end::"char", case when x.child then p_data else millrace.event_output(p_data)::text end
  from (select p_data like '{"status":"_"%' and coalesce((
          select true from millrace.checkpoints c where c.run_id = p_run and c.kind = 'c' and c.name = p_name
          order by c.seq limit 1), false) as child) x
$$;

comment on function millrace.shown_message(bigint, text, text) is 'Of a wait that a message ended, what people see of it.';
revoke execute on function millrace.shown_message(bigint, text, text) from public;
