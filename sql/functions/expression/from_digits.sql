-- from_digits: the number that digits of a base stand for; null if one of them is none. Letters are small.
create or replace function millrace.from_digits(p_digits text, p_base int) returns numeric
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_value numeric := 0;
  v_digit int;
begin
  if p_base = 10 then
    return case when p_digits ~ '^[0-9]+$' then p_digits::numeric end;
  end if;
  for i in 1 .. length(p_digits) loop
    v_digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', substr(p_digits, i, 1)) - 1;
    if v_digit not between 0 and p_base - 1 then
      return null;
    end if;
    v_value := v_value * p_base + v_digit;
    exit when v_value > 1e1300;  -- it is too large, however large it is
  end loop;
  return v_value;
end $$;

comment on function millrace.from_digits(text, int) is 'The number that digits of a base stand for.';
revoke execute on function millrace.from_digits(text, int) from public;
