-- read_float: the float that a number in digits is nearest to: infinity beyond the largest, zero below the smallest.
create or replace function millrace.read_float(p_digits text) returns float8
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_sign float8 := case when p_digits like '-%' then -1 else 1 end;
begin
  return p_digits::float8;
exception when numeric_value_out_of_range then
  begin
    return case when abs(p_digits::numeric) > 1 then v_sign * 'infinity'::float8 else v_sign * 0 end;
  exception when numeric_value_out_of_range or invalid_text_representation then  -- its exponent is beyond what any number has
    return case when p_digits ~* 'e-' then v_sign * 0 else v_sign * 'infinity'::float8 end;
  end;
end $$;

comment on function millrace.read_float(text) is 'The float that a number in digits is nearest to.';
revoke execute on function millrace.read_float(text) from public;
