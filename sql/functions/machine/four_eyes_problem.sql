-- four_eyes_problem: why somebody may not do a transition that takes other eyes than those of earlier moves; null: nothing is against it.
-- What a role did (role:, see session_actor) may have been anybody: it is nobody else's, and who is only a role is nobody else.
--   p_eyes  true: the move before (a migration or a timer on top of it makes nobody forget that); names: each move along one of these
--           transitions.
--           What was done in another version along a transition that there is not any more may have been one of them under another name
--   p_by    who would do it
create or replace function millrace.four_eyes_problem(p_eyes jsonb, p_by text, p_instance uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if p_by like 'role:%' then
    return format('It takes somebody who is known: "%s" may be anybody. Say who does it: by, or the sub of a token.', left(p_by, 100));
  end if;
  return (
    select format(case when h.executed_by = p_by then 'It takes somebody else: "%1$s" did %2$s before.'
        else 'It takes somebody else, and nobody knows who did %2$s before: "%1$s" may have been anybody.' end,
      left(h.executed_by, 100), case when h.transition is null then case h.seq when 1 then 'the start' else 'the migration' end
        else '"' || h.transition || '"' || case when n.gone then ' in another version' else '' end end)
    from millrace.entity_history h left join millrace.entities e on e.id = h.instance_id
    cross join lateral (select p_eyes <> 'true' and h.workflow_id <> e.workflow_id and h.transition is not null and not exists (
      select from millrace.machine_transitions t where t.workflow_id = e.workflow_id and t.name = h.transition) as gone) n
    where h.instance_id = p_instance and (h.executed_by = p_by or h.executed_by like 'role:%')
      and (p_eyes ? h.transition or n.gone or p_eyes = 'true'
        and h.seq >= (select max(l.seq) from millrace.entity_history l where l.instance_id = p_instance
                      and (l.transition is not null or l.seq = 1) and l.executed_by not like 'millrace:%')
        -- a role that took it to another version, and to the same state, has moved nothing
        and (h.executed_by = p_by or h.transition is not null or h.seq = 1 or h.from_state <> h.to_state))
    order by h.executed_by = p_by desc, h.seq desc limit 1);
end $$;

comment on function millrace.four_eyes_problem(jsonb, text, uuid) is 'Why somebody may not do a transition that takes other eyes.';
revoke execute on function millrace.four_eyes_problem(jsonb, text, uuid) from public;
