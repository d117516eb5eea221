-- lift_value: a value of the data that an expression reads, as a cell: its kind and itself.
-- Kinds: n (none), b (boolean), i (integer), f (float, as text), s (text), l (list of the data), d (mapping), m (list of cells, made by the
-- expression), u (not there; the value says why: using it is an error). Numbers are what JSON's readers make of them: whole ones are
-- integers, with the digits that a float keeps of them.
create or replace function millrace.lift_value(p_raw jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_number numeric;
  v_float  float8;
begin
  case jsonb_typeof(p_raw)
    when 'string' then return jsonb_build_array('s', p_raw);
    when 'number' then
      v_number := p_raw::numeric;
      if abs(v_number) < 9007199254740992 and v_number = trunc(v_number) then
        return jsonb_build_array('i', trunc(v_number));
      end if;
      v_float := millrace.read_float(v_number::text);
      if abs(v_float) < 1e21 and v_float = trunc(v_float) then
        return jsonb_build_array('i', v_float::text::numeric);
      end if;
      return jsonb_build_array('f', v_float::text);
    when 'boolean' then return jsonb_build_array('b', p_raw);
    when 'array' then return jsonb_build_array('l', p_raw);
    when 'object' then return jsonb_build_array('d', p_raw);
    else return '["n"]';
  end case;
end $$;

comment on function millrace.lift_value(jsonb) is 'A value of the data that an expression reads, as a cell.';
revoke execute on function millrace.lift_value(jsonb) from public;
