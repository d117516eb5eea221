-- attribute_key: a text that sorts, byte by byte, as values of a type do: the letter of what it is, then
--   t  the text, of at most 256 characters    b  0, 1
--   n  the bits of the double, turned so that they sort as it does; numbers that are one double are one
--   i  microseconds, of the years 1 to 9999
-- Returns: null for a value that is not of that type.
create or replace function millrace.attribute_key(p_type "char", p_value jsonb) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_kind text := jsonb_typeof(p_value);
  v_text text := p_value #>> '{}';
  v_bits bigint;
  v_at   timestamptz;
begin
  if v_kind = 'string' and p_type in ('t', 'v') then
    return case when length(v_text) <= 256 then 't' || v_text end;
  elsif v_kind = 'boolean' and p_type in ('b', 'v') then
    return case v_text when 'true' then 'b1' else 'b0' end;
  elsif v_kind = 'number' and p_type in ('n', 'v') then
    v_bits := ('x' || encode(float8send(v_text::float8 + 0), 'hex'))::bit(64)::bigint;  -- + 0: there is one zero
    return 'n' || lpad(to_hex(case when v_bits < 0 then ~v_bits else v_bits # (1::bigint << 63) end), 16, '0');
  elsif v_kind = 'string' and p_type = 'i'
        and v_text ~ '^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.]\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$' then
    v_at := (v_text || case when v_text like '%T%' then '' else 'T00:00:00Z' end)::timestamptz;
    return case when v_at >= '0001-01-01T00:00:00Z' and v_at < '10000-01-01T00:00:00Z'
           then 'i' || lpad((extract(epoch from v_at) * 1000000 + 100000000000000000)::bigint::text, 18, '0') end;
  end if;
  return null;
exception when data_exception then  -- a number that no double holds, the 30th of February
  return null;
end $$;

comment on function millrace.attribute_key("char", jsonb) is 'A text that sorts as the values of a type do; null for a value of another.';
revoke execute on function millrace.attribute_key("char", jsonb) from public;
