-- transition_guards: what of a transition of a machine's document is enforced, and which of its conditions are free-form.
-- Conditions: a text or the key expression; field_required; requires_role; metadata and context, or metadata.<path>, with comparisons.
-- Returns: guards, null for none: {roles, also_roles, four_eyes, reason, fields, compare: [{of, path, op, value}], expression}; free, the
-- keys of the conditions that are shown and not enforced.
-- Raises: MR030 for an expression that cannot be read, or reads what is not there, and for a form that is known and not right.
create or replace function millrace.transition_guards(p_transition jsonb, out guards jsonb, out free text[])
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_ops      text[] := '{eq,ne,gt,gte,lt,lte,in,not_in,exists}';
  v_given    jsonb := p_transition -> 'conditions';
  v_fields   jsonb := '[]';
  v_compare  jsonb[] := '{}';
  v_roles    jsonb;
  v_trees    jsonb := '[]';
  v_one      record;
  v_path     record;
  v_bad      text;
begin
  free := '{}';
  if jsonb_typeof(v_given) = 'string' then
    v_trees := jsonb_build_array(millrace.parse_expression(v_given #>> '{}'));
  end if;
  for v_one in select e.key, e.value from jsonb_each(case jsonb_typeof(v_given) when 'object' then v_given else '{}' end) e loop
    if v_one.key = 'expression' then
      v_bad := case when jsonb_typeof(v_one.value) <> 'string' then 'conditions.expression must be a text.' end;
      exit when v_bad is not null;
      v_trees := jsonb_build_array(millrace.parse_expression(v_one.value #>> '{}'));
    elsif v_one.key in ('field_required', 'requires_role') then
      v_one.value := case jsonb_typeof(v_one.value) when 'array' then v_one.value else jsonb_build_array(v_one.value) end;
      v_bad := case when v_one.value = '[]' or v_one.value @? 'strict $[*] ? (@.type() != "string" || @ == "")'
                    then format('conditions.%s must be a name, or a list of names.', v_one.key) end;
      exit when v_bad is not null;
      if v_one.key = 'field_required' then v_fields := v_one.value; else v_roles := v_one.value; end if;
    elsif v_one.key ~ '^(metadata|context)(\..|$)' then
      for v_path in
        select split_part(v_one.key, '.', 1) as of, p.key as path, p.value, v_one.key = split_part(v_one.key, '.', 1)
                 and jsonb_typeof(v_one.value) <> 'object' as bare
        from jsonb_each(case when v_one.key ~ '\.' then jsonb_build_object(substr(v_one.key, strpos(v_one.key, '.') + 1), v_one.value)
                             when jsonb_typeof(v_one.value) = 'object' then v_one.value
                             else jsonb_build_object('', v_one.value) end) p
      loop
        if not v_path.bare and jsonb_typeof(v_path.value) = 'object'
          and exists (select from jsonb_object_keys(case jsonb_typeof(v_path.value) when 'object' then v_path.value else '{}' end) k
                      where k = any (v_ops)) then
          select format('%s.%s in conditions %s', v_path.of, left(v_path.path, 100), case when c.key <> all (v_ops)
            then format('has "%s", which is no comparison.%s There are: %s.', left(c.key, 40), millrace.nearest_name(c.key, v_ops),
                        array_to_string(v_ops, ', ')) else format('has %s with what it cannot be compared with.', c.key) end)
          into v_bad
          from jsonb_each(v_path.value) c where not case when c.key in ('eq', 'ne') then true
            when c.key in ('gt', 'gte', 'lt', 'lte') then jsonb_typeof(c.value) in ('number', 'string')
            when c.key in ('in', 'not_in') then jsonb_typeof(c.value) = 'array'
            else c.key = 'exists' and jsonb_typeof(c.value) = 'boolean' end
          order by c.key limit 1;
          exit when v_bad is not null;
          v_compare := v_compare || array(select jsonb_build_object('of', v_path.of, 'path',
            case v_path.path when '' then array[''] else string_to_array(v_path.path, '.') end, 'op', c.key, 'value', c.value)
            from jsonb_each(v_path.value) c);
        else
          free := free || case when v_one.key ~ '\.' or v_path.bare then v_one.key else v_one.key || '.' || v_path.path end;
        end if;
      end loop;
    else
      free := free || v_one.key;
    end if;
    exit when v_bad is not null;
  end loop;
  perform millrace.fail('MR030', v_bad, 'Correct the condition.') where v_bad is not null;
  perform millrace.check_names(t) from jsonb_array_elements(v_trees) t;
  guards := jsonb_strip_nulls(jsonb_build_object(
    'roles', case jsonb_typeof(p_transition -> 'requires_role') when 'string' then jsonb_build_array(p_transition -> 'requires_role')
                  when 'array' then p_transition -> 'requires_role' end,
    'also_roles', v_roles,
    'four_eyes', case jsonb_typeof(p_transition -> 'four_eyes') when 'string' then jsonb_build_array(p_transition -> 'four_eyes')
                      when 'array' then p_transition -> 'four_eyes'
                      when 'boolean' then nullif(p_transition -> 'four_eyes', 'false') end,
    'reason', nullif(p_transition -> 'reason_required', 'false'),
    'fields', nullif(v_fields, '[]'))) || case when v_compare = '{}' then '{}' else jsonb_build_object('compare', to_jsonb(v_compare)) end
    || case when v_trees = '[]' then '{}' else jsonb_build_object('expression', v_trees -> 0) end;
  guards := nullif(guards, '{}');
end $$;

comment on function millrace.transition_guards(jsonb) is 'What of a transition of a machine is enforced, and what is not.';
revoke execute on function millrace.transition_guards(jsonb) from public;
