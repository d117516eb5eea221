-- check_conditions: refuses what is no filter by attributes: {name: value}, or {name: {gte, gt, lte, lt}}, {name: {in: [value, …]}};
-- values are texts, numbers and booleans. What would be passed over would let a filter match more than was meant.
-- Raises: MR001 that names the attribute and the rule.
create or replace function millrace.check_conditions(p_conditions jsonb) returns void
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  if jsonb_typeof(p_conditions) = 'null' then
    return;
  elsif jsonb_typeof(p_conditions) <> 'object' then
    v_bad := 'attributes must be an object';
  else
    select format('"%s" %s', left(c.name, 200), x.bad) into v_bad
    from jsonb_each(p_conditions) c (name, value),
    lateral (select case
      when jsonb_typeof(c.value) in ('null', 'array') then 'must be compared with a value, or an object'
      when jsonb_typeof(c.value) <> 'object' then null
      when c.value = '{}' or exists (select from jsonb_object_keys(c.value) k where k not in ('gte', 'gt', 'lte', 'lt', 'in'))
        then 'must be compared by gte, gt, lte, lt or in'
      when c.value ? 'in' and c.value - 'in' <> '{}' then 'was given in together with others'
      when c.value ?& '{gte,gt}' or c.value ?& '{lte,lt}' then 'was given two bounds on one side'
      when c.value ? 'in' and (jsonb_typeof(c.value -> 'in') <> 'array' or jsonb_array_length(c.value -> 'in') not between 1 and 100)
        then 'must be in an array of 1 to 100 values'
      when exists (select from jsonb_each(c.value) v (op, value)
                   where v.op <> 'in' and jsonb_typeof(v.value) in ('null', 'object', 'array'))
        then 'must be compared with texts, numbers or booleans' end as bad) x
    where x.bad is not null order by c.name limit 1;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The filter was refused: %s.', v_bad),
      'Like {"amount": {"gte": 100, "lt": 500}, "region": {"in": ["eu", "us"]}}.',
      json_build_object('attributes', p_conditions));
  end if;
end $$;

comment on function millrace.check_conditions(jsonb) is 'Refuses what is no filter by attributes.';
revoke execute on function millrace.check_conditions(jsonb) from public;
