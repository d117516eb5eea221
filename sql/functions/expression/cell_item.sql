-- cell_item: what has an index or a key in a cell: own keys of mappings, items of lists, characters of texts; negative ones count from the
-- end. Null: there is none.
--   p_key  a number or a text
create or replace function millrace.cell_item(p_cell jsonb, p_key jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_kind  text := p_cell ->> 0;
  v_index int;
  v_text  text;
begin
  if jsonb_typeof(p_key) = 'string' then
    return case when v_kind = 'd' and (p_cell -> 1) ? (p_key #>> '{}') then millrace.lift_value((p_cell -> 1) -> (p_key #>> '{}')) end;
  elsif v_kind not in ('l', 'm', 's') or abs(p_key::numeric) > 2000000000 then
    return null;
  end if;
  v_index := p_key::int;
  if v_kind <> 's' then
    return case v_kind when 'm' then (p_cell -> 1) -> v_index
                       else (select millrace.lift_value(x.one) from (select (p_cell -> 1) -> v_index as one) x where x.one is not null) end;
  end if;
  v_text := p_cell ->> 1;
  v_index := case when v_index < 0 then char_length(v_text) + v_index else v_index end;
  return case when v_index >= 0 and v_index < char_length(v_text) then jsonb_build_array('s', substr(v_text, v_index + 1, 1)) end;
end $$;

comment on function millrace.cell_item(jsonb, jsonb) is 'What has an index or a key in a cell.';
revoke execute on function millrace.cell_item(jsonb, jsonb) from public;
