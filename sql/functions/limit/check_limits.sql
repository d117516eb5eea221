-- check_limits: refuses rules that could not be followed. Raises: MR001 that names the rule.
create or replace function millrace.check_limits(p_rules jsonb) returns void
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  select case
    when jsonb_typeof(p_rules) <> 'object' or exists (
      select from jsonb_object_keys(p_rules) k where k not in ('concurrency', 'rate', 'fairness'))
      then 'they must be an object with concurrency, rate and fairness'
    when jsonb_typeof(p_rules -> 'concurrency') <> 'array' or jsonb_typeof(p_rules -> 'rate') <> 'array'
      then 'concurrency and rate must be arrays'
    when jsonb_array_length(p_rules -> 'concurrency') > 8 or jsonb_array_length(p_rules -> 'rate') > 8
      then 'at most 8 of each kind'
    when jsonb_typeof(p_rules -> 'fairness') <> 'object' or not p_rules -> 'fairness' ? 'key'
      then 'fairness must be an object with a key' end
  into v_bad;
  if v_bad is null then
    select case
      when jsonb_typeof(x.rule) <> 'object' then 'a rule must be an object'
      when exists (select from jsonb_object_keys(x.rule) k where k <> all (x.names)) then format(
        'a rule of %s has no "%s"', x.kind, (select min(k) from jsonb_object_keys(x.rule) k where k <> all (x.names)))
      when x.kind <> 'fairness' and (jsonb_typeof(x.rule -> 'limit') is distinct from 'number' or x.rule ->> 'limit' !~ '^[0-9]{1,9}$'
                                     or (x.rule ->> 'limit')::int not between case x.kind when 'rate' then 1 else 0 end and 1000000)
        then 'limit must be a whole number, at most 1,000,000'
      when x.kind = 'rate' and (jsonb_typeof(x.rule -> 'period_ms') is distinct from 'number' or x.rule ->> 'period_ms' !~ '^[0-9]{1,12}$'
                                or (x.rule ->> 'period_ms')::bigint < 1) then 'period_ms must be a whole number above 0'
      when x.kind = 'rate' and x.rule ? 'burst' and (jsonb_typeof(x.rule -> 'burst') <> 'number' or x.rule ->> 'burst' !~ '^[0-9]{1,7}$'
                                                     or (x.rule ->> 'burst')::int < 1)
        then 'burst must be a whole number above 0'
      when x.kind = 'fairness' and x.rule ? 'weight'
        and (jsonb_typeof(x.rule -> 'weight') <> 'string' or x.rule ->> 'weight' !~ '^.{1,128}$')
        then 'weight must be a path of at most 128 characters'
      when x.rule ? 'key' and (jsonb_typeof(x.rule -> 'key') <> 'array' or jsonb_array_length(x.rule -> 'key') not between 1 and 4
        or jsonb_path_exists(x.rule -> 'key', 'strict $[*] ? (@.type() != "string" || !(@ like_regex "^.{1,128}$"))'))
        then 'key must be an array of 1 to 4 paths of at most 128 characters' end
    into v_bad
    from (select 'fairness' as kind, '{key,weight}'::text[] as names, p_rules -> 'fairness' as rule where p_rules ? 'fairness'
          union all select 'concurrency', '{limit,key}', jsonb_array_elements(p_rules -> 'concurrency')
          union all select 'rate', '{limit,period_ms,burst,key}', jsonb_array_elements(p_rules -> 'rate')) x
    order by 1 nulls last limit 1;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('Limits were refused: %s.', v_bad), 'Correct the rule.', json_build_object('rules', p_rules));
  end if;
end $$;

comment on function millrace.check_limits(jsonb) is 'Refuses rules that could not be followed.';
revoke execute on function millrace.check_limits(jsonb) from public;
