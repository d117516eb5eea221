-- attribute_rows: of some values by name those that are declared attributes of a route's workflow version, as their index has them; a key
-- of null for one that is taken away, or that is not of the declared type: what a run brings along, from another version say, must not
-- stop it; it is shown, and not found.
--   p_strict  such a value is refused: of a start, where somebody can mend it
-- Raises: MR001 for a value that is not of the declared type.
create or replace function millrace.attribute_rows(p_route int, p_values jsonb, p_strict boolean default false)
returns table (attribute int, key text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_one record;
begin
  for v_one in
    select w.name as workflow, d.name, v.value, a.id, a.type, millrace.attribute_key(a.type, v.value) as sort_key,
           w.definition -> 'attributes' as rules
    from millrace.routes o join millrace.workflows w on w.id = o.workflow_id
    cross join lateral jsonb_each(w.definition -> 'attributes') d (name, rule)
    join lateral jsonb_each(p_values) v (name, value) on v.name = d.name
    join millrace.attributes a on a.tenant_id = o.tenant_id and a.workflow = w.name and a.name = d.name
                              and a.type = millrace.attribute_type(d.rule)
    where o.id = p_route
  loop
    if p_strict and v_one.sort_key is null and jsonb_typeof(v_one.value) <> 'null' then
      perform millrace.fail('MR001',
        format('Attribute "%s" of workflow "%s" was given %s: it is declared as %s%s.', v_one.name, v_one.workflow,
          left(v_one.value::text, 300), millrace.type_words(v_one.type),
          case v_one.type when 't' then ', of at most 256 characters' when 'i' then ', like "2027-03-01T09:00:00Z"' else '' end),
        format('Declared are: %s.', millrace.list_attributes(v_one.rules)),
        json_build_object('attribute', v_one.name, 'workflow_id', v_one.workflow));
    end if;
    attribute := v_one.id;
    key := v_one.sort_key;
    return next;
  end loop;
end $$;

comment on function millrace.attribute_rows(int, jsonb, boolean) is 'Of some values those that are declared attributes, as their index has them.';
revoke execute on function millrace.attribute_rows(int, jsonb, boolean) from public;
