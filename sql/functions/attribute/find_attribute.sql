-- find_attribute: what runs are to be looked for by, when a filter or an order names this attribute: by the version that was registered
-- last, of the workflow (and version) that the filter names, or of all.
--   p_filter  as of get_runs
-- Returns: ids, of millrace.attributes, one for each workflow; type.
-- Raises: MR001 for a name that is not declared, or has several types.
create or replace function millrace.find_attribute(p_tenant int, p_filter jsonb, p_name text, out ids int[], out type "char")
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_types text[];
  v_rules jsonb;
begin
  select array_agg(a.id), array_agg(distinct millrace.type_words(a.type)), min(a.type::text)::"char" into ids, v_types, type
  from (select distinct on (w.name) w.name, millrace.attribute_type(w.definition -> 'attributes' -> p_name) as type
        from millrace.workflows w
        where w.tenant_id = p_tenant and w.definition -> 'attributes' ? p_name
          and w.name = coalesce(p_filter ->> 'workflow_id', w.name) and w.version = coalesce(p_filter ->> 'version', w.version)
        order by w.name, w.registered_at desc, w.id desc) d
  join millrace.attributes a on a.tenant_id = p_tenant and a.workflow = d.name and a.name = p_name and a.type = d.type;
  if ids is null then
    select jsonb_object_agg(d.name, d.rule order by w.registered_at, w.id) into v_rules
    from millrace.workflows w, lateral jsonb_each(w.definition -> 'attributes') d (name, rule)
    where w.tenant_id = p_tenant and w.name = coalesce(p_filter ->> 'workflow_id', w.name);
    perform millrace.fail('MR001',
      format('There is no attribute "%s"%s.', left(p_name, 200), ' of workflow "' || (p_filter ->> 'workflow_id') || '"'),
      format('Declared are: %s. Workflows declare attributes by their option of that name.',
        millrace.list_attributes(coalesce(v_rules, '{}'))),
      json_build_object('attribute', left(p_name, 200), 'workflow_id', p_filter ->> 'workflow_id'));
  elsif cardinality(v_types) > 1 then
    perform millrace.fail('MR001',
      format('Attribute "%s" is of different types in different workflows: %s.', p_name, array_to_string(v_types, ', ')),
      'Say by workflow_id which workflow is meant.', json_build_object('attribute', p_name));
  end if;
end $$;

comment on function millrace.find_attribute(int, jsonb, text) is 'What runs are looked for by, when a filter names this attribute.';
revoke execute on function millrace.find_attribute(int, jsonb, text) from public;
