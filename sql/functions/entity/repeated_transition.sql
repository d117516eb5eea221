-- repeated_transition: what is said of a transition whose request has been used, or whose instance was moved by somebody meanwhile.
--   p_row  what would have been its row of history    p_name, p_target  what was asked for
-- Returns: what was done by the request, if it was the same: to the same place, with the same context, metadata and changes; notes, and
-- who asks, may be others. Else the problem: MR010, or MR012 where the request is not known.
create or replace function millrace.repeated_transition(p_row millrace.entity_history, p_name text, p_target text,
  out repeated boolean, out seq int, out from_state text, out to_state text, out transition text, out executed_at timestamptz,
  out problem json)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_done millrace.entity_history;
begin
  select * into v_done from millrace.entity_history h where h.instance_id = p_row.instance_id and h.request = p_row.request;
  repeated := v_done.seq is not null;
  if not repeated or v_done.transition is distinct from coalesce(p_name, v_done.transition)
    or v_done.to_state <> coalesce(p_target, v_done.to_state) or v_done.from_state is null or v_done.context <> p_row.context
    or v_done.metadata - '$actions' <> p_row.metadata or v_done.changes is distinct from p_row.changes then
    problem := millrace.transition_problem(p_row.tenant_id, p_row.instance_id, case when repeated then 'MR010' else 'MR012' end,
      p_name, p_target, p_row.executed_by, p_row.request, null);
    repeated := false;
    return;
  end if;
  seq := v_done.seq;
  from_state := v_done.from_state;
  to_state := v_done.to_state;
  transition := v_done.transition;
  executed_at := v_done.executed_at;
end $$;

comment on function millrace.repeated_transition(millrace.entity_history, text, text) is 'What is said of a transition that comes again.';
revoke execute on function millrace.repeated_transition(millrace.entity_history, text, text) from public;
