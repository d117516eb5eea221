-- guard_problem: why a transition of an entity machine is not allowed now, as a sentence; null: it is.
--   p_guards    of machine_transitions; null: nothing is enforced
--   p_scope     {entity: {…, metadata}, metadata, context, transition, by, roles, notes,
--               call_metadata}: what the caller gives, and who it is
--   p_instance  for four eyes
drop function if exists millrace.guard_problem(jsonb, jsonb, uuid, int);
create or replace function millrace.guard_problem(p_guards jsonb, p_scope jsonb, p_instance uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_roles jsonb := case jsonb_typeof(p_scope -> 'roles') when 'array' then p_scope -> 'roles' else '[]' end;
  v_bad   text;
  v_value jsonb;
begin
  if p_guards is null then
    return null;
  end if;
  select format('It takes one of the roles %s.%s',
    (select string_agg(format('"%s"', left(n, 100)), ', ') from jsonb_array_elements_text(r) n),
    case when v_roles = '[]' and p_scope ->> 'by' like 'key:%' then ' A key has no roles: take the token of somebody who has one.' end)
  into v_bad from unnest(array[p_guards -> 'roles', p_guards -> 'also_roles']) r
  where r is not null and not exists (select from jsonb_array_elements(r) n (one) where v_roles @> n.one) limit 1;
  if v_bad is not null then
    return v_bad;
  elsif p_guards ? 'reason' and coalesce(p_scope ->> 'notes', '') !~ '\S' then
    return 'It takes a reason: give it as notes.';
  end if;
  select format('It takes a value for "%s", in the context or the metadata.', left(f, 200)) into v_bad
  from jsonb_array_elements_text(p_guards -> 'fields') f
  where coalesce(nullif(p_scope #> array['context', f], 'null'), nullif(p_scope #> array['call_metadata', f], 'null'),
                 nullif(p_scope #> array['metadata', f], 'null'), '""') = '""' limit 1;
  if v_bad is not null then
    return v_bad;
  end if;
  select format('%s.%s must be %s %s, and is %s.', c ->> 'of', array_to_string(p.path, '.'), c ->> 'op', left((c -> 'value')::text, 200),
                coalesce(left((p_scope #> (array[c ->> 'of'] || p.path))::text, 200), 'not there')) into v_bad
  from jsonb_array_elements(p_guards -> 'compare') c,
  lateral (select array(select jsonb_array_elements_text(c -> 'path')) as path) p
  where not millrace.comparison_holds(p_scope #> (array[c ->> 'of'] || p.path), c ->> 'op', c -> 'value') limit 1;
  if v_bad is not null then
    return v_bad;
  end if;
  if p_guards ? 'four_eyes' then
    v_bad := millrace.four_eyes_problem(p_guards -> 'four_eyes', p_scope ->> 'by', p_instance);
    if v_bad is not null then
      return v_bad;
    end if;
  end if;
  if p_guards ? 'expression' then
    begin
      v_value := millrace.evaluate_expression(p_guards -> 'expression', '{"context": {}, "call_metadata": {}}' || p_scope);
    exception when sqlstate 'MR030' then
      return format('Its condition cannot be judged: %s', sqlerrm);
    end;
    if not millrace.is_true(v_value) then
      return format('Its condition does not hold: %s.', left(p_guards #>> '{expression,text}', 300));
    end if;
  end if;
  return null;
end $$;

comment on function millrace.guard_problem(jsonb, jsonb, uuid) is 'Why a transition of an entity machine is not allowed now; null: it is.';
revoke execute on function millrace.guard_problem(jsonb, jsonb, uuid) from public;
