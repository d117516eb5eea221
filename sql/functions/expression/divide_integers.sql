-- divide_integers: the float that is nearest to the quotient of two integers, the second of which is not zero.
-- Raises: MR030 if it is beyond what floats hold.
create or replace function millrace.divide_integers(a numeric, b numeric) returns float8
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_digits int;
  v_scaled numeric;
  v_whole  numeric;
  v_float  float8;
begin
  if abs(a) <= 9007199254740992 and abs(b) <= 9007199254740992 then
    return a::float8 / b::float8;
  end if;
  -- 800 digits of the quotient, and one more that says whether anything is left: then it is rounded once
  v_digits := greatest(800 - (length(trunc(abs(a))::text) - length(trunc(abs(b))::text)), 0);
  v_scaled := abs(a) * ('1e' || v_digits)::numeric;
  v_whole := div(v_scaled, abs(b));
  v_float := millrace.read_float(trunc(v_whole)::text || case when v_scaled % abs(b) = 0 then '0' else '1' end || 'e-' || (v_digits + 1));
  if v_float = 'infinity' then
    perform millrace.expression_problem('The quotient is too large for a float.');
  end if;
  return case when (a < 0) <> (b < 0) then - v_float else v_float end;
end $$;

comment on function millrace.divide_integers(numeric, numeric) is 'The float that is nearest to the quotient of two integers.';
revoke execute on function millrace.divide_integers(numeric, numeric) from public;
