-- machine_issues: what is wrong with the states and transitions of a machine's document whose shape is right.
-- Returns: code, message and JSON pointer of each problem.
create or replace function millrace.machine_issues(p_document jsonb) returns table (code text, message text, pointer text)
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_nestloop = off as $$
#variable_conflict use_column
declare
  v_names text[] := array(select s ->> 'name' from jsonb_array_elements(p_document -> 'states') s);
  v_first int := (select count(*) from jsonb_array_elements(p_document -> 'states') s where s -> 'initial' = 'true');
  v_given jsonb := case jsonb_typeof(p_document -> 'transitions') when 'array' then p_document -> 'transitions' else '[]' end;
  v_moves text[] := array(select coalesce(t ->> 'name', 'transition_to_' || (t ->> 'to')) from jsonb_array_elements(v_given) t);
  v_ways  bigint := case when v_given = '[]' then cardinality(v_names) ^ 2 else (
    select sum(case jsonb_typeof(t -> 'from') when 'array' then jsonb_array_length(t -> 'from')
                                              else case t ->> 'from' when '*' then cardinality(v_names) else 1 end end)
    from jsonb_array_elements(v_given) t) end;
  v_size  bigint;
  v_one   record;
begin
  if v_ways > 10000 then
    return query select 'TOO_LARGE', format('The transitions stand for %s ways from a state, with lists, "*" and their absence spread; '
      'there may be 10,000. Name fewer.', v_ways), '/transitions';
    return;
  end if;
  if v_first <> 1 then
    return query select 'INITIAL_STATE',
      format('There must be exactly one state with initial: true, and there are %s.', v_first), '/states';
  end if;
  return query select 'DUPLICATE_STATE', format('There are two states "%s". Change one of the names.', s.name),
                      format('/states/%s/name', s.i - 1)
  from (select x.name, x.i, row_number() over (partition by x.name order by x.i) as nth
        from unnest(v_names) with ordinality x (name, i)) s where s.nth > 1;
  return query select case when x.key = 'four_eyes' then 'UNKNOWN_TRANSITION' else 'UNKNOWN_STATE' end,
    format('There is no %s "%s".%s', case when x.key = 'four_eyes' then 'transition' else 'state' end, left(x.name, 128),
           millrace.nearest_name(x.name, case when x.key = 'four_eyes' then v_moves else v_names end)),
    format('/transitions/%s/%s', t.i - 1, x.key)
  from jsonb_array_elements(v_given) with ordinality t (one, i),
  lateral (select 'to' as key, t.one ->> 'to' as name
           union all select k, f from unnest(array['from', 'four_eyes']) k, lateral jsonb_array_elements_text(case
             jsonb_typeof(t.one -> k) when 'array' then t.one -> k when 'string' then jsonb_build_array(t.one -> k) end) f
           where k = 'four_eyes' or t.one -> 'from' <> '"*"') x
  where not (x.key <> 'four_eyes' and x.name = any (v_names) or x.key = 'four_eyes' and x.name = any (v_moves)) limit 100;
  return query select 'VALIDATION_ERROR', format('%s must be a duration: seconds as a number above 0, or a text like "5 minutes", of at '
    'most 100 years.', d.key), p.at || '/' || d.key
  from millrace.machine_parts(p_document) p, lateral jsonb_each(p.one) d
  where (p.part, d.key) in (('state', 'sla'), ('transition', 'after')) and d.value <> 'null' and millrace.document_ms(d.value) is null
  limit 100;
  -- a short one takes its time too
  select sum(greatest(length(s.text), 20, 10 * (length(s.text) - length(replace(s.text, '{{', ''))))) into v_size from (
    select v #>> '{}' as text from (
    select t -> 'conditions' as v from jsonb_array_elements(v_given) t where jsonb_typeof(t -> 'conditions') = 'string'
    union all select t #> '{conditions,expression}' from jsonb_array_elements(v_given) t
    union all select x.v from millrace.machine_parts(p_document) p,
      lateral jsonb_path_query(p.one, 'strict $.** ? (@.type() == "string")') x (v)
    where p.part = 'action' and x.v #>> '{}' like '%{{%') y) s where s.text is not null;
  if v_size > 20000 then
    return query select 'TOO_LARGE', format('The expressions have %s characters, each 20 at least; there may be 20,000.', v_size), '';
    return;
  end if;
  select sum(case jsonb_typeof(c.value) when 'object' then (select count(*) from jsonb_object_keys(c.value)) else 1 end) into v_size
  from jsonb_array_elements(v_given) t (one), lateral jsonb_each(case jsonb_typeof(t.one -> 'conditions') when 'object'
    then t.one -> 'conditions' else '{}' end) c where c.key ~ '^(metadata|context)(\.|$)';
  if v_size > 2000 then
    return query select 'TOO_LARGE', format('The conditions have %s entries of metadata and context; there may be 2,000.', v_size), '';
    return;
  end if;
  for v_one in
    select t.one, format('/transitions/%s/conditions', t.i - 1) as at, true as guarded
    from jsonb_array_elements(v_given) with ordinality t (one, i)
    union all
    select v.one, p.at || '/' || v.key, false from millrace.machine_parts(p_document) p, lateral jsonb_each(p.one) v (key, one)
    where p.part = 'action' and v.key in ('input', 'run_id', 'data')
  loop
    begin
      if v_one.guarded then perform millrace.transition_guards(v_one.one); else perform millrace.check_templates(v_one.one); end if;
    exception when sqlstate 'MR030' then
      return query select case when sqlerrm like 'The expression %' then 'EXPRESSION_ERROR' else 'VALIDATION_ERROR' end, sqlerrm, v_one.at;
    end;
  end loop;
  return query select 'DUPLICATE_TRANSITION', format('Two transitions "%s" leave the state "%s": to "%s" and to "%s". Name them apart.',
      e.name, e.from_state, e.other, e.to_state), format('/transitions/%s/name', e.ordinal - 1)
  from (select x.*, lag(x.to_state) over w as other from millrace.machine_edges(p_document) x
        window w as (partition by x.from_state, x.name order by x.rank)) e where e.other is not null limit 100;
  return query select 'TIMER_ROUND', format('Timers alone lead round through %s, each in less than a second: an entity would move for ever '
      'without anybody''s doing. Let one of them take at least "1 second".', array_to_string(r.states[1:5], ', ')
      || case when cardinality(r.states) > 5 then ' and others' else '' end), format('/transitions/%s/after', r.ordinal - 1)
  from millrace.timer_round(p_document) r where r.ordinal is not null;
  -- without transitions a state that is not final leads to all others
  if v_first = 1 and (v_given <> '[]' or p_document @? '$.states[*] ? (@.initial == true && @.final == true)') then
    return query
    with recursive edges as materialized (select distinct e.from_state, e.to_state from millrace.machine_edges(p_document) e),
    reached as (
      select s ->> 'name' as name from jsonb_array_elements(p_document -> 'states') s where s -> 'initial' = 'true'
      union select e.to_state from reached r join edges e on e.from_state = r.name)
    select 'UNREACHABLE_STATE', format('No transition leads to the state "%s".', n.name), format('/states/%s', n.i - 1)
    from unnest(v_names) with ordinality n (name, i) where n.name not in (select r.name from reached r) limit 100;
  end if;
end $$;

comment on function millrace.machine_issues(jsonb) is 'What is wrong with the states and transitions of a machine''s document.';
revoke execute on function millrace.machine_issues(jsonb) from public;
