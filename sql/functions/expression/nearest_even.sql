-- nearest_even: how many units a number is nearest to, the even one of two that are as near.
create or replace function millrace.nearest_even(p_number numeric, p_unit numeric) returns numeric
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select sign(p_number) * (w + case when 2 * (abs(p_number) - w * p_unit) > p_unit
                                      or 2 * (abs(p_number) - w * p_unit) = p_unit and w % 2 = 1 then 1 else 0 end)
  from (select div(abs(p_number), p_unit) as w) x
$$;

comment on function millrace.nearest_even(numeric, numeric) is 'How many units a number is nearest to.';
revoke execute on function millrace.nearest_even(numeric, numeric) from public;
