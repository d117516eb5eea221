-- text_number: a text as Python's int() or float() reads it, as a cell; null: it does not.
--   p_base  null: float; else int of that base, in which 0 means: as it is written
-- Raises: MR030 for an integer that is too large.
create or replace function millrace.text_number(p_text text, p_base numeric default null) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_bare   text := btrim(p_text, E'\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008'
                                 || E'\u2009\u200a\u2028\u2029\u202f\u205f\u3000');
  v_form   text := '^[+-]?([0-9](_?[0-9])*(\.([0-9](_?[0-9])*)?)?|\.[0-9](_?[0-9])*)([eE][+-]?[0-9](_?[0-9])*)?$';
  v_sign   text := case when v_bare like '-%' then '-' else '' end;
  v_digits text := lower(regexp_replace(v_bare, '^[+-]', ''));
  v_meant  int := case left(v_digits, 2) when '0b' then 2 when '0o' then 8 when '0x' then 16 end;
  v_prefix boolean;
  v_value  numeric;
begin
  if length(v_bare) > 8600 then
    return null;
  elsif p_base is null then
    return case when v_bare ~ v_form then jsonb_build_array('f', millrace.read_float(replace(v_bare, '_', ''))::text)
      when v_bare ~* '^[+-]?inf(inity)?$' then jsonb_build_array('f', v_sign || 'Infinity')
      when v_bare ~* '^[+-]?nan$' then '["f", "NaN"]' end;
  elsif p_base = 1 or p_base not between 0 and 36 then
    return null;
  end if;
  v_prefix := v_meant is not null and v_digits ~ '^0[box]_?[^_]' and p_base in (0, v_meant);
  v_digits := case when v_prefix then regexp_replace(v_digits, '^0[box]_?', '') else v_digits end;
  if v_digits !~ '^[0-9a-z](_?[0-9a-z])*$' or length(v_digits) > 4300 or p_base = 0 and not v_prefix and v_digits ~ '^0[_0]*[1-9]' then
    return null;
  end if;
  v_value := millrace.from_digits(replace(v_digits, '_', ''), case when v_prefix then v_meant when p_base = 0 then 10 else p_base::int end);
  if v_value >= trunc(2::numeric ^ 4096) then
    perform millrace.expression_problem('An integer has more than 4,096 bits (limit "number"). Use floats.');
  end if;
  return case when v_value is not null then jsonb_build_array('i', case v_sign when '-' then - v_value else v_value end) end;
end $$;

comment on function millrace.text_number(text, numeric) is 'A text as Python''s int() or float() reads it.';
revoke execute on function millrace.text_number(text, numeric) from public;
