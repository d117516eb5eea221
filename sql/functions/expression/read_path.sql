-- read_path: what a path of an expression reads of its scope, as a cell.
--   p_keys  [[name, the character behind it], [key or index, …], …]    p_text, p_start  for the cell of what is not there
-- Raises: MR030 for what is read of something that is not there.
create or replace function millrace.read_path(p_scope jsonb, p_keys jsonb, p_text text, p_start int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_raw  jsonb := p_scope;
  v_next jsonb;
  v_key  jsonb;
  v_cell jsonb;
  v_last int := jsonb_array_length(p_keys) - 1;
begin
  for i in 0 .. v_last loop
    v_key := p_keys #> array[i::text, '0'];
    v_next := case when jsonb_typeof(v_key) = 'string' then case when jsonb_typeof(v_raw) = 'object' then v_raw -> (v_key #>> '{}') end
                   when jsonb_typeof(v_raw) = 'array' and abs(v_key::numeric) < 2000000000 then v_raw -> v_key::int end;
    if v_next is null then
      v_cell := millrace.cell_item(millrace.lift_value(v_raw), v_key);  -- a character
      v_cell := coalesce(v_cell, millrace.missing_cell(substr(p_text, p_start, (p_keys #>> array[i::text, '1'])::int - p_start),
        case i when 0 then 'the scope' else substr(p_text, p_start, (p_keys #>> array[(i - 1)::text, '1'])::int - p_start) end,
        millrace.lift_value(v_raw)));
      exit when i = v_last;
      perform millrace.known_cell(v_cell);
      v_next := v_cell -> 1;
    end if;
    v_raw := v_next;
  end loop;
  return coalesce(v_cell, millrace.lift_value(v_raw));
end $$;

comment on function millrace.read_path(jsonb, jsonb, text, int) is 'What a path of an expression reads of its scope.';
revoke execute on function millrace.read_path(jsonb, jsonb, text, int) from public;
