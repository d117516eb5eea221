-- check_names: refuses an expression that reads what no transition has.
-- Raises: MR030 with the name, and what there is.
create or replace function millrace.check_names(p_tree jsonb) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_known jsonb := '{"entity": ["machine", "table", "id", "instance_id", "state", "metadata"], "metadata": null, "context": null,
    "transition": ["name", "from", "to", "by", "notes", "context"], "call_metadata": null, "by": null, "roles": null, "notes": null}';
  v_one   record;
  v_names text[];
begin
  for v_one in
    select s.step #>> '{2,0,0}' as name, s.step #>> '{2,1,0}' as field, jsonb_typeof(s.step #> '{2,1,0}') as type, (s.step ->> 1)::int as at
    from jsonb_array_elements(p_tree -> 'code') with ordinality s (step, n) where s.step ->> 0 = 'path' order by s.n
  loop
    v_names := case when not v_known ? v_one.name then array(select jsonb_object_keys(v_known))
      when v_one.type = 'string' and jsonb_typeof(v_known -> v_one.name) = 'array'
        then array(select jsonb_array_elements_text(v_known -> v_one.name)) end;
    continue when v_names is null or v_known ? v_one.name and v_one.field = any (v_names);
    perform millrace.refuse_expression(p_tree ->> 'text', v_one.at, format('it reads "%s", which is not there.%s There are: %s',
      left(case when v_known ? v_one.name then v_one.name || '.' || v_one.field else v_one.name end, 80),
      millrace.nearest_name(case when v_known ? v_one.name then v_one.field else v_one.name end, v_names), array_to_string(v_names, ', ')));
  end loop;
end $$;

comment on function millrace.check_names(jsonb) is 'Refuses an expression that reads what no transition has.';
revoke execute on function millrace.check_names(jsonb) from public;
