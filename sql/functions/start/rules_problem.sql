-- rules_problem: what is wrong with rules of starts; null if nothing is. They are those of a definition, whose keys are paths, or, with
-- p_values, those of a start, whose keys are what its input has there.
--   p_rules  {singleton: {on, key}, throttle: {period_ms, key}, debounce: {period_ms, max_ms, key}}, or {batch: {size, timeout_ms, key}};
--            on: reject, replace or join; of a child's start fail
create or replace function millrace.rules_problem(p_rules jsonb, p_values boolean) returns text
language plpgsql immutable strict security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  v_bad := case
    when jsonb_typeof(p_rules) <> 'object' then 'rules must be an object'
    when p_rules - '{singleton,throttle,debounce,batch}'::text[] <> '{}' then 'rules must be singleton, throttle, debounce or batch'
    when p_rules ? 'batch' and p_rules - 'batch' <> '{}' then 'batch excludes other rules'
    when octet_length(p_rules::text) > 4096 then 'rules must have at most 4,096 bytes'
    when p_rules ? 'throttle' and p_rules ? 'debounce' then 'throttle and debounce exclude each other' end;
  if v_bad is not null then
    return v_bad;
  end if;
  select format('%s %s', x.rule, x.bad) into v_bad
  from (
    select e.key as rule, case
      when jsonb_typeof(e.value) <> 'object' then 'must be an object'
      when p_values and (jsonb_typeof(e.value -> 'key') is distinct from 'object'
        or jsonb_path_exists(e.value -> 'key', 'strict $.* ? (@.type() == "object" || @.type() == "array")'))
        then 'must have a key of texts, numbers, booleans and nulls by their paths'
      when not p_values and (jsonb_typeof(e.value -> 'key') is distinct from 'array' or jsonb_array_length(e.value -> 'key') > 4
        or jsonb_path_exists(e.value -> 'key', 'strict $[*] ? (@.type() != "string" || !(@ like_regex "^.{1,128}$"))'))
        then 'must have a key of at most 4 paths of 1 to 128 characters'
      when e.key = 'singleton' and (e.value ->> 'on' in ('reject', 'replace', 'join', case when p_values then 'fail' end)) is not true
        then 'must have on: reject, replace or join'
      when e.key = 'batch' and (e.value ->> 'size' !~ '^[1-9][0-9]{0,3}$' or (e.value ->> 'size')::int not between 2 and 1000
        or jsonb_typeof(e.value -> 'size') is distinct from 'number') is not false then 'must have a size of 2 to 1,000'
      when e.key = 'batch' and (jsonb_typeof(e.value -> 'timeout_ms') is distinct from 'number'
        or e.value ->> 'timeout_ms' !~ '^[1-9][0-9]{0,12}$') then 'must have a timeout_ms above 0'
      when e.key in ('throttle', 'debounce') and (jsonb_typeof(e.value -> 'period_ms') is distinct from 'number'
        or e.value ->> 'period_ms' !~ '^[1-9][0-9]{0,12}$') then 'must have a period_ms above 0'
      when e.key = 'debounce' and e.value ? 'max_ms' and (jsonb_typeof(e.value -> 'max_ms') <> 'number'
        or e.value ->> 'max_ms' !~ '^[1-9][0-9]{0,12}$' or (e.value ->> 'max_ms')::bigint < (e.value ->> 'period_ms')::bigint)
        then 'must have a max_ms that is not below its period_ms' end as bad
    from jsonb_each(p_rules) e) x
  where x.bad is not null order by x.rule limit 1;
  -- the input of a run that waits is replaced, and it must stay the run of its other key
  return coalesce(v_bad, case when not (p_rules #> '{debounce,key}') @> (p_rules #> '{singleton,key}')
                         then 'singleton beside debounce must have only paths that debounce has too' end);
end $$;

comment on function millrace.rules_problem(jsonb, boolean) is 'What is wrong with rules of starts; null if nothing is.';
revoke execute on function millrace.rules_problem(jsonb, boolean) from public;
