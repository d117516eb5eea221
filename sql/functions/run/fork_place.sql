-- fork_place: where in a run's journal a fork from a step begins, and what kind of step that is.
-- A step that ran beside others has no place: what they did would be repeated, or lost. That they did the journal tells by begun.
-- Returns: first_seq, of the step's rows; kind: r a step, also one that was skipped · g a wait · t a timer · c a child · d a child that
-- nobody waits for · m a map · l a wait for all of several messages.
-- Raises: MR001.
create or replace function millrace.fork_place(
  p_tenant int, p_run bigint, p_step text, p_output boolean, out first_seq int, out kind "char")
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_last   int;
  v_begun  int;
  v_ended  boolean;
  v_map    text := substring(p_step from '^(.+)\[[0-9]+\]$');
  v_beside text;
  v_bad    text;
  v_help   text;
begin
  -- what came before the step itself (x~delay) stays where its output is given: the code asks for it first
  select coalesce(min(x.seq) filter (where p_output and x.name = p_step), min(x.seq)), max(x.seq), min(x.begun), bool_or(x.kind <> 'c'),
         (array_agg(case when x.name <> p_step and x.name like '%~%' then 'l' when x.name <> p_step then 'm'
                          when x.kind in ('r', 'e', 'f', 'k') then 'r' when x.kind = 'o' then 'g'
                          when x.kind = 'c' and x.data::json ->> 'detached' is not null then 'd' else x.kind end::"char"
                    order by x.name = p_step desc, x.kind = 'c' desc, x.seq))[1]
  into first_seq, v_last, v_begun, v_ended, kind
  from millrace.get_journal(p_run) x
  where x.kind in ('r', 'e', 'f', 'g', 't', 'o', 'c', 'k')
    and (x.name = p_step or left(x.name, length(p_step) + 1) = p_step || '[' and x.name ~ '\[[0-9]+\]$'
         or left(x.name, length(p_step) + 1) = p_step || '~');  -- parts of a wait for all
  v_last := case when fork_place.kind = 'c' and not v_ended then 2147483647 else v_last end;  -- all that came later ran beside the child
  select x.name into v_beside
  from millrace.get_journal(p_run) x
  where x.name <> p_step and left(x.name, length(p_step) + 1) <> p_step || '['
    and (x.kind in ('r', 'e', 'f') and (x.seq >= v_begun and x.seq < v_last or x.seq > v_last and x.begun <= v_last)
         or x.kind = 'c' and fork_place.kind in ('r', 'c') and x.seq >= v_begun and x.seq < v_last)  -- a child that was started meanwhile
  order by x.seq limit 1;
  if p_step is null then
    v_bad := 'from_step is missing';
    v_help := 'Name the step from which the new run shall go on, as the timeline shows it.';
  elsif first_seq is null then
    v_bad := format('it did not come to a step "%s"', left(p_step, 300));
    v_help := format('It came to: %s.', coalesce((select string_agg(format('"%s"', n.name), ', ' order by n.seq) from (
      select regexp_replace(x.name, '\[[0-9]+\]$', '') as name, min(x.seq) as seq
      from millrace.get_journal(p_run) x where x.kind in ('r', 'e', 'f', 'g', 't', 'o', 'c', 'k')
      group by 1 order by 2 desc limit 20) n), 'none yet'));
  elsif v_map is not null and exists (select from millrace.get_journal(p_run) x where x.name like '%[%]' and x.name <> p_step
                                      and left(x.name, length(v_map) + 1) = v_map || '[') then
    v_bad := format('"%s" is an item of a map, beside others', p_step);
    v_help := format('Fork from "%s": all of its items run anew.', v_map);
  elsif v_beside is not null then
    v_bad := format('"%s" ran beside "%s", which would be repeated or lost', p_step, v_beside);
    v_help := 'Fork from a step before both of them.';
  elsif p_output and kind in ('t', 'm', 'd') then
    v_bad := format('"%s" is a %s, which has no output that could be given', p_step,
                    case kind when 't' then 'timer' when 'm' then 'map' else 'start of a child' end);
    v_help := 'Leave output out, or give that of another step.';
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('Run %s cannot be forked there: %s.', millrace.run_uuid(p_run), v_bad), v_help,
      json_build_object('run_id', millrace.run_uuid(p_run), 'from_step', left(p_step, 300), 'beside', v_beside));
  end if;
end $$;

comment on function millrace.fork_place(int, bigint, text, boolean) is 'Where in a run''s journal a fork from a step begins.';
revoke execute on function millrace.fork_place(int, bigint, text, boolean) from public;
