-- repeat_cell: a text or a list so many times; null: it is neither, or the number is no integer.
-- Raises: MR030 if it would be too large.
create or replace function millrace.repeat_cell(p_cell jsonb, p_times jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_times numeric := case p_times ->> 0 when 'i' then greatest((p_times ->> 1)::numeric, 0)
                                       when 'b' then (p_times ->> 1)::boolean::int end;
begin
  if v_times is null or p_cell ->> 0 not in ('s', 'l', 'm') then
    return null;
  elsif p_cell ->> 0 = 's' then
    if octet_length(p_cell ->> 1) * v_times > 1048576 then
      perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
    end if;
    return jsonb_build_array('s', case when p_cell ->> 1 = '' then '' else repeat(p_cell ->> 1, v_times::int) end);
  elsif p_cell -> 1 = '[]' then
    return p_cell;
  elsif pg_column_size(p_cell) * v_times > 200000 then
    perform millrace.expression_problem('The expression does more than 200,000 units of work (limit "fuel"). Give it less data.');
  end if;
  return jsonb_build_array(p_cell -> 0, coalesce((select jsonb_agg(x.one order by t.n, x.n) from generate_series(1, v_times::int) t (n),
    jsonb_array_elements(p_cell -> 1) with ordinality x (one, n)), '[]'));
end $$;

comment on function millrace.repeat_cell(jsonb, jsonb) is 'A text or a list so many times.';
revoke execute on function millrace.repeat_cell(jsonb, jsonb) from public;
