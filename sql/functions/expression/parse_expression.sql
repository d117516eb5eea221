-- parse_expression: reads an expression of the conditions of a machine: a part of the language of graphs (docs/expressions.md).
-- It may stand in {{ }}.
-- Returns: {text, code}: code is steps over a stack of values, for evaluate_expression. Raises: MR030 with the position of the problem.
-- Example: select millrace.parse_expression('metadata.amount < 1000 and "audit" in roles');
create or replace function millrace.parse_expression(p_text text) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
declare
  v_words record;
  v_part  jsonb;
  v_parts jsonb;
begin
  if strpos(p_text, '{{') > 0 then
    v_parts := millrace.parse_template(p_text);
    if jsonb_array_length(v_parts) <> 1 or jsonb_typeof(v_parts -> 0) = 'string' then
      perform millrace.refuse_expression(p_text, 1, 'there is text around it: leave it out, and the braces too');
    end if;
    return v_parts -> 0;
  end if;
  select * into v_words from millrace.expression_words(p_text, 1, false);
  v_part := millrace.parse_part(p_text, v_words.words, v_words.kinds, v_words.starts, 1, 0, 1);
  perform millrace.refuse_expression(p_text, v_words.starts[i], case v_words.words[i]
      when ',' then 'it has a tuple, which machines do not evaluate: write a list, [1, 2]' else format('"%s" is not expected there',
      left(v_words.words[i], 40)) end)
  from (select (v_part ->> 'i')::int as i) x where v_words.kinds[i] <> 'e';
  return jsonb_build_object('text', p_text, 'code', v_part -> 'c');
end $$;

comment on function millrace.parse_expression(text) is 'Reads an expression of the conditions of a machine.';
revoke execute on function millrace.parse_expression(text) from public;
