-- cell_within: whether a cell has another in it: a part of a text, an item of a list, a key of a mapping.
-- Raises: MR030 for what has nothing in it, or is not there, and for texts that take too long to be looked through.
create or replace function millrace.cell_within(p_of jsonb, p_item jsonb) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_kind text := p_item ->> 0;
  v_one  jsonb;
begin
  perform millrace.known_cell(p_of);
  if p_of ->> 0 = 'd' then
    perform millrace.known_cell(p_item);
    if v_kind in ('l', 'm', 'd') then
      perform millrace.expression_problem(format('%s cannot be a key.', millrace.kind_name(p_item)));
    end if;
    return v_kind = 's' and (p_of -> 1) ? (p_item ->> 1);
  elsif p_of ->> 0 = 's' then
    perform millrace.known_cell(p_item);
    if v_kind <> 's' then
      perform millrace.expression_problem(format('A text cannot have %s in it.', millrace.kind_name(p_item)));
    elsif octet_length(p_of ->> 1)::bigint * octet_length(p_item ->> 1) > 200000000 then
      perform millrace.expression_problem('A text is looked for in a text, and both are long (limit "fuel"). Give it less data.');
    end if;
    return strpos((p_of ->> 1) collate "C", (p_item ->> 1) collate "C") > 0;
  elsif p_of ->> 0 not in ('l', 'm') then
    perform millrace.expression_problem(format('%s has nothing in it. Give a list, a text or a mapping.', millrace.kind_name(p_of)));
  elsif p_of ->> 0 = 'l' and v_kind = 's' then
    return (p_of -> 1) ? (p_item ->> 1);
  end if;
  for v_one in select x.one from jsonb_array_elements(p_of -> 1) x (one) loop
    if millrace.cells_equal(case p_of ->> 0 when 'l' then millrace.lift_value(v_one) else v_one end, p_item) then
      return true;
    end if;
  end loop;
  return false;
end $$;

comment on function millrace.cell_within(jsonb, jsonb) is 'Whether a cell has another in it.';
revoke execute on function millrace.cell_within(jsonb, jsonb) from public;
