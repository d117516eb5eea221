-- filter_cell: what a filter makes of a cell.
--   a, b  its arguments, as cells; null: its defaults
-- Raises: MR030 for what it cannot be applied to.
create or replace function millrace.filter_cell(p_name text, p_cell jsonb, a jsonb, b jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_kind   text := p_cell ->> 0;
  v_result jsonb;
begin
  if p_name = 'default' then
    return case when v_kind = 'u' or b is not null and millrace.cell_true(b) and not millrace.cell_true(p_cell)
                then coalesce(a, '["s", ""]') else p_cell end;
  end if;
  perform millrace.known_cell(p_cell);
  case p_name
    when 'length' then
      if v_kind not in ('s', 'l', 'm', 'd') then
        perform millrace.expression_problem(format('%s has no length. Give a list, a text or a mapping.', millrace.kind_name(p_cell)));
      end if;
      return jsonb_build_array('i', case v_kind when 's' then char_length(p_cell ->> 1)
        when 'd' then (select count(*) from jsonb_object_keys(p_cell -> 1)) else jsonb_array_length(p_cell -> 1) end);
    when 'lower', 'upper' then return jsonb_build_array('s', millrace.change_case(millrace.cell_text(p_cell), p_name = 'upper'));
    when 'string' then return jsonb_build_array('s', millrace.cell_text(p_cell));
    when 'trim' then
      if a ->> 0 not in ('s', 'n') then
        perform millrace.expression_problem(format('The characters to trim are %s.', millrace.kind_name(a)));
      end if;
      return jsonb_build_array('s', btrim(millrace.cell_text(p_cell), case when a ->> 0 = 's' then a ->> 1
        else E'\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
             || E'\u2028\u2029\u202f\u205f\u3000' end));
    when 'int' then
      if v_kind = 's' then
        v_result := coalesce(millrace.text_number(p_cell ->> 1, coalesce(case when b is null then 10
          when b ->> 0 = 'i' then (b ->> 1)::numeric when b ->> 0 = 'b' then (b ->> 1)::boolean::int end, 1)),
          millrace.text_number(p_cell ->> 1));
      elsif v_kind in ('i', 'b', 'f') then
        v_result := case v_kind when 'b' then jsonb_build_array('i', (p_cell ->> 1)::boolean::int) else p_cell end;
      end if;
      if v_result is null or v_result ->> 1 = 'NaN' then
        return coalesce(a, '["i", 0]');
      elsif v_result ->> 1 in ('Infinity', '-Infinity') then
        perform millrace.expression_problem('Infinity is no integer.');
      end if;
      return case v_result ->> 0 when 'i' then v_result
        else jsonb_build_array('i', trunc(millrace.exact_number((v_result ->> 1)::float8))) end;
    when 'float' then
      return coalesce(case when v_kind in ('i', 'b', 'f') then jsonb_build_array('f', millrace.float_number(p_cell)::text)
        when v_kind = 's' then millrace.text_number(p_cell ->> 1) end, a, '["f", "0"]');
    when 'first', 'last' then
      v_result := millrace.cell_item(case when v_kind in ('s', 'l', 'm') then p_cell
                                          else jsonb_build_array('m', millrace.cell_items(p_cell)) end,
                                     case p_name when 'first' then '0'::jsonb else '-1' end);
      return coalesce(v_result, jsonb_build_array('u', format('the %s item is not there; %s is empty.', p_name,
        millrace.kind_name(p_cell)), format('the %s item', p_name)));
    when 'abs' then
      if v_kind not in ('i', 'b', 'f') then
        perform millrace.expression_problem(format('%s has no absolute value.', millrace.kind_name(p_cell)));
      end if;
      return case v_kind when 'f' then jsonb_build_array('f', abs((p_cell ->> 1)::float8)::text)
        when 'b' then jsonb_build_array('i', (p_cell ->> 1)::boolean::int) else jsonb_build_array('i', abs((p_cell ->> 1)::numeric)) end;
    when 'round' then return millrace.round_cell(p_cell, coalesce(a, '["i", 0]'), coalesce(b, '["s", "common"]'));
    else return jsonb_build_array('s', millrace.join_cells(p_cell, coalesce(a, '["s", ""]'), coalesce(b, '["n"]')));
  end case;
end $$;

comment on function millrace.filter_cell(text, jsonb, jsonb, jsonb) is 'What a filter makes of a cell.';
revoke execute on function millrace.filter_cell(text, jsonb, jsonb, jsonb) from public;
