-- item_of: what an expression reads of a cell, by a key that is a cell; what is not there is a cell that says so.
--   p_place  [anything, where it begins, where the base ends, where it ends]: characters of the text
-- Raises: MR030 if the base or the key is not there.
create or replace function millrace.item_of(p_cell jsonb, p_key jsonb, p_text text, p_place jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_found jsonb;
  v_start int := (p_place ->> 1)::int;
begin
  perform millrace.known_cell(p_cell), case when p_cell ->> 0 = 'd' then millrace.known_cell(p_key) end;
  if p_key ->> 0 in ('s', 'i') then
    v_found := millrace.cell_item(p_cell, p_key -> 1);
  elsif p_key ->> 0 = 'b' then
    v_found := millrace.cell_item(p_cell, to_jsonb((p_key ->> 1)::boolean::int));
  end if;
  return coalesce(v_found, millrace.missing_cell(substr(p_text, v_start, (p_place ->> 3)::int - v_start),
    substr(p_text, v_start, (p_place ->> 2)::int - v_start), p_cell));
end $$;

comment on function millrace.item_of(jsonb, jsonb, text, jsonb) is 'What an expression reads of a cell.';
revoke execute on function millrace.item_of(jsonb, jsonb, text, jsonb) from public;
