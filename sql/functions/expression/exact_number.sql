-- exact_number: the number that a finite float is, with all of its digits.
create or replace function millrace.exact_number(p_float float8) returns numeric
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_bits     bigint := ('x' || encode(float8send(p_float), 'hex'))::bit(64)::bigint;
  v_biased   int := (v_bits >> 52) & 2047;
  v_mantissa numeric := (v_bits & 4503599627370495) + case when v_biased = 0 then 0 else 4503599627370496 end;
  v_power    int := greatest(v_biased, 1) - 1075;
begin
  v_mantissa := case when v_bits < 0 then - v_mantissa else v_mantissa end;
  if v_mantissa = 0 or v_power >= 0 then
    return v_mantissa * trunc(2::numeric ^ greatest(v_power, 0));
  end if;
  -- without what the mantissa and the power have in common, digits stay few
  while v_power < 0 and v_mantissa % 2 = 0 loop
    v_mantissa := div(v_mantissa, 2);
    v_power := v_power + 1;
  end loop;
  return v_mantissa * trunc(5::numeric ^ (- v_power)) * ('1e' || v_power)::numeric;
end $$;

comment on function millrace.exact_number(float8) is 'The number that a finite float is, with all of its digits.';
revoke execute on function millrace.exact_number(float8) from public;
