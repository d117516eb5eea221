-- run_expression: takes the steps of an expression that parse_expression has read, over a stack of cells (lift_value).
-- Each step is taken once at most, and what it looks at costs fuel, by its size: a unit is about a microsecond at worst.
--   p_fuel  units that may be used
-- Returns: the cell that is left, and the fuel that is. Raises: MR030.
create or replace function millrace.run_expression(p_tree jsonb, p_scope jsonb, p_fuel int default 200000, out cell jsonb, out fuel int)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_code  jsonb := p_tree -> 'code';
  v_end   int := jsonb_array_length(v_code);
  i       int := 0;    -- the next step
  n       int := 0;    -- cells on the stack
  v_stack jsonb[];
  v_step  jsonb;
  v_op    text;
  v_count int;
  v_args  jsonb[];
begin
  fuel := p_fuel;
  while i < v_end loop
    v_step := v_code -> i;
    v_op := v_step ->> 0;
    i := i + 1;
    if v_op = 'path' then
      n := n + 1;
      v_stack[n] := millrace.read_path(p_scope, v_step -> 2, p_tree ->> 'text', (v_step ->> 1)::int);
    elsif v_op = 'push' then
      n := n + 1;
      v_stack[n] := v_step -> 1;
    elsif v_op in ('compare', 'chain') then
      n := n - 1;
      fuel := fuel - (pg_column_size(v_stack[n]) + pg_column_size(v_stack[n + 1])) / case
        when v_stack[n] ->> 0 in ('l', 'm', 'd') or v_stack[n + 1] ->> 0 in ('l', 'm', 'd') then 1 else 64 end;
      if fuel < 0 then
        exit;
      elsif not millrace.cells_compare(v_step ->> 1, v_stack[n], v_stack[n + 1]) then
        v_stack[n] := '["b", false]';
        i := i + coalesce((v_step ->> 2)::int, 0);
      else
        v_stack[n] := case v_op when 'chain' then v_stack[n + 1] else '["b", true]' end;
      end if;
    elsif v_op in ('and', 'or') then
      if millrace.cell_true(v_stack[n]) = (v_op = 'and') then
        n := n - 1;
      else
        i := i + (v_step ->> 1)::int;
      end if;
    elsif v_op = 'not' then
      v_stack[n] := jsonb_build_array('b', not millrace.cell_true(v_stack[n]));
    elsif v_op = 'unless' then
      n := n - 1;
      i := i + case when millrace.cell_true(v_stack[n + 1]) then 0 else (v_step ->> 1)::int end;
    elsif v_op = 'skip' then
      i := i + (v_step ->> 1)::int;
    elsif v_op = 'test' then
      v_stack[n] := jsonb_build_array('b', millrace.test_cell(v_step ->> 1, v_stack[n]));
    elsif v_op = 'filter' then
      v_count := jsonb_array_length(v_step -> 2);
      v_args := '{null, null}';
      for a in 1 .. v_count loop
        v_args[(v_step #>> array['2', (a - 1)::text])::int] := v_stack[n - v_count + a];
      end loop;
      n := n - v_count;
      fuel := fuel - millrace.filter_cost(v_step ->> 1, v_stack[n]);
      exit when fuel < 0;
      v_stack[n] := millrace.filter_cell(v_step ->> 1, v_stack[n], v_args[1], v_args[2]);
    elsif v_op in ('list', 'concat') then
      v_count := (v_step ->> 1)::int;
      n := n - v_count + 1;
      fuel := fuel - pg_column_size(v_stack[n : n + v_count - 1]) / 16;
      exit when fuel < 0;
      v_stack[n] := case v_op when 'list' then jsonb_build_array('m', to_jsonb(v_stack[n : n + v_count - 1]))
        else jsonb_build_array('s', millrace.join_cells(jsonb_build_array('m', to_jsonb(v_stack[n : n + v_count - 1])), '["s", ""]',
                                                        '["n"]')) end;
    elsif v_op = 'sign' then
      v_stack[n] := millrace.sign_cell(v_step ->> 1, v_stack[n]);
    elsif v_op in ('get', 'item') then
      n := n - case v_op when 'item' then 1 else 0 end;
      v_stack[n] := millrace.item_of(v_stack[n], case v_op when 'item' then v_stack[n + 1]
        else jsonb_build_array(case jsonb_typeof(v_step -> 1) when 'string' then 's' else 'i' end, v_step -> 1) end, p_tree ->> 'text',
        case v_op when 'get' then v_step - 0 else v_step end);
    elsif v_op = 'none' then
      n := n + 1;
      v_stack[n] := jsonb_build_array('u', format('%s has no value: its condition does not hold, and it has no else.',
        left(substr(p_tree ->> 'text', (v_step ->> 1)::int, (v_step ->> 2)::int - (v_step ->> 1)::int), 200)));
    else
      n := n - 1;
      v_stack[n] := millrace.calculate(v_op, v_stack[n], v_stack[n + 1]);
      fuel := fuel - pg_column_size(v_stack[n]) / 16;
    end if;
    fuel := fuel - 1;
    exit when fuel < 0;
  end loop;
  if fuel < 0 then
    perform millrace.expression_problem('The expression does more than 200,000 units of work (limit "fuel"). Give it less data.');
  end if;
  cell := v_stack[1];
end $$;

comment on function millrace.run_expression(jsonb, jsonb, int) is 'Takes the steps of an expression that has been read.';
revoke execute on function millrace.run_expression(jsonb, jsonb, int) from public;
