-- check_attributes: refuses attributes that no workflow can declare: {name: {type, path}}, both may be left out.
-- Raises: MR001 that names the attribute and the rule.
create or replace function millrace.check_attributes(p_rules jsonb) returns void
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  if jsonb_typeof(p_rules) <> 'object' or (select count(*) from jsonb_object_keys(p_rules)) > 16 then
    v_bad := 'they must be an object with at most 16 names';
  else
    select format('"%s" %s', x.name, x.bad) into v_bad
    from (select r.name, case
            when r.name !~ '^[A-Za-z0-9_.: -]{1,128}$' then 'is no name: names match [A-Za-z0-9_.: -]{1,128}'
            when jsonb_typeof(r.rule) <> 'object' then 'must be an object with type and path'
            when r.rule ->> 'type' not in ('text', 'number', 'boolean', 'instant') then 'must be of type text, number, boolean or instant'
            when r.rule ? 'path' and (jsonb_typeof(r.rule -> 'path') <> 'string' or length(r.rule ->> 'path') > 128
                                      or r.rule ->> 'path' !~ '^[^.]+([.][^.]+)*$') then 'must have a path like "customer.id"' end as bad
          from jsonb_each(p_rules) r (name, rule)) x
    where x.bad is not null order by x.name limit 1;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('Attributes were refused: %s.', v_bad), 'Correct the definition.',
      json_build_object('attributes', p_rules));
  end if;
end $$;

comment on function millrace.check_attributes(jsonb) is 'Refuses attributes that no workflow can declare.';
revoke execute on function millrace.check_attributes(jsonb) from public;
