-- float_text: a float as Python writes it: the fewest digits that give it back, with an exponent below 1e-4 and from 1e16 on.
create or replace function millrace.float_text(p_float float8) returns text
language sql immutable set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
  select case when p_float = 'NaN' then 'nan' when abs(p_float) = 'infinity' then case when p_float < 0 then '-inf' else 'inf' end
    when p_float::text = '-0' then '-0.0'
    when p_float <> 0 and (abs(p_float) < 1e-4 or abs(p_float) >= 1e16) then p_float::text
    else (select x || case when strpos(x, '.') > 0 then '' else '.0' end from (select p_float::text::numeric::text as x) t) end
$$;

comment on function millrace.float_text(float8) is 'A float as Python writes it.';
revoke execute on function millrace.float_text(float8) from public;
