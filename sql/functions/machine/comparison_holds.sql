-- comparison_holds: whether a value compares so with another: a comparison in the conditions of a machine's transition.
--   p_found  null: there is none; then only ne, not_in and exists: false hold
--   p_op     eq, ne, gt, gte, lt, lte (numbers with numbers, texts with texts; others have no order), in, not_in, exists
create or replace function millrace.comparison_holds(p_found jsonb, p_op text, p_value jsonb) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(case
    when p_op = 'exists' then jsonb_typeof(p_value) = 'boolean' and (coalesce(p_found, 'null') <> 'null') = (p_value = 'true')
    when p_op = 'ne' then p_found is distinct from p_value
    when p_op = 'eq' then p_found = p_value
    when p_op in ('in', 'not_in') and jsonb_typeof(p_value) <> 'array' then false
    when p_op = 'not_in' then p_found is null or not exists (select from jsonb_array_elements(p_value) v (one) where v.one = p_found)
    when p_op = 'in' then exists (select from jsonb_array_elements(p_value) v (one) where v.one = p_found)
    when p_found is null or jsonb_typeof(p_found) <> jsonb_typeof(p_value) or jsonb_typeof(p_found) not in ('number', 'string') then false
    else (select case p_op when 'gt' then c.sign > 0 when 'gte' then c.sign >= 0 when 'lt' then c.sign < 0 when 'lte' then c.sign <= 0 end
          from (select case jsonb_typeof(p_found)
                  when 'number' then sign((p_found #>> '{}')::numeric - (p_value #>> '{}')::numeric)
                  else case when p_found #>> '{}' = p_value #>> '{}' then 0
                            when (p_found #>> '{}') collate "C" < (p_value #>> '{}') collate "C" then -1 else 1 end end as sign) c)
    end, false)
$$;

comment on function millrace.comparison_holds(jsonb, text, jsonb) is 'Whether a value compares so with another.';
revoke execute on function millrace.comparison_holds(jsonb, text, jsonb) from public;
