-- parse_operand: reads a value of an expression with what belongs to it alone: what is read of it, its signs, its filters and tests.
--   as parse_part
-- Returns: {c, i, h}, as parse_part. Raises: MR030.
create or replace function millrace.parse_operand(
  p_text text, p_words text[], p_kinds text[], p_starts int[], p_at int, p_level int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  i       int := p_at;
  v_signs int := 0;
  v_begin int;
  v_end   int;
  v_got   jsonb;
  v_code  jsonb;
  v_high  int;
  v_key   jsonb;
  v_name  text;
begin
  while p_kinds[i] = 'o' and p_words[i] in ('-', '+') loop
    i := i + 1;
  end loop;
  v_signs := i - p_at;
  v_begin := p_starts[i];
  v_got := millrace.parse_value(p_text, p_words, p_kinds, p_starts, i, p_level);
  v_code := v_got -> 'c';
  v_high := (v_got ->> 'h')::int;
  i := (v_got ->> 'i')::int;
  -- what has too many levels is refused below, and read no further: its code grows with each, and is written anew
  while p_kinds[i] = 'o' and p_words[i] in ('.', '[', '(') and v_high <= 50 loop
    v_end := p_starts[i - 1] + length(p_words[i - 1]);
    v_key := null;
    if p_words[i] = '(' then
      perform millrace.refuse_expression(p_text, p_starts[i], 'nothing can be called: use a filter, as in "x | upper"');
    elsif p_words[i] = '[' then
      if p_words[i + 1] in (']', ':') then
        perform millrace.refuse_expression(p_text, p_starts[i + 1], case p_words[i + 1]
          when ':' then 'it has a slice, which machines do not evaluate' else 'an index or a key is expected between the brackets' end);
      end if;
      v_got := millrace.parse_part(p_text, p_words, p_kinds, p_starts, i + 1, 0, p_level + 1);
      i := (v_got ->> 'i')::int;
      v_high := greatest(v_high, (v_got ->> 'h')::int);
      if p_words[i] <> ']' or p_kinds[i] <> 'o' then
        perform millrace.refuse_expression(p_text, p_starts[i], case p_words[i]
          when ':' then 'it has a slice, which machines do not evaluate' else '"]" is expected' end);
      end if;
      if jsonb_array_length(v_got -> 'c') = 1 and v_got #>> '{c,0,0}' = 'push' and v_got #>> '{c,0,1,0}' in ('s', 'i') then
        v_key := v_got #> '{c,0,1,1}';
      end if;
      v_got := v_got -> 'c';
    elsif p_kinds[i + 1] = 'n' then
      v_key := to_jsonb(p_words[i + 1]);
      i := i + 1;
    elsif p_kinds[i + 1] = 'd' and millrace.read_number(p_words[i + 1], p_text, p_starts[i + 1]) ->> 0 = 'i' then
      v_key := millrace.read_number(p_words[i + 1], p_text, p_starts[i + 1]) -> 1;
      i := i + 1;
    else
      perform millrace.refuse_expression(p_text, p_starts[i + 1], 'a name or an index is expected after the dot');
    end if;
    i := i + 1;
    v_high := v_high + 1;
    if v_key is null then
      v_code := v_code || v_got || jsonb_build_array(jsonb_build_array('item', v_begin, v_end, p_starts[i - 1] + length(p_words[i - 1])));
    elsif jsonb_array_length(v_code) = 1 and v_code #>> '{0,0}' = 'path' then  -- read at once
      v_code := jsonb_build_array(jsonb_build_array('path', v_begin,
        (v_code #> '{0,2}') || jsonb_build_array(jsonb_build_array(v_key, p_starts[i - 1] + length(p_words[i - 1])))));
    else
      v_code := v_code || jsonb_build_array(jsonb_build_array('get', v_key, v_begin, v_end, p_starts[i - 1] + length(p_words[i - 1])));
    end if;
  end loop;
  for v_sign in 1 .. least(v_signs, 51) loop
    v_name := p_words[p_at + v_signs - v_sign];
    v_high := v_high + 1;
    if v_code #>> '{0,0}' = 'push' and jsonb_array_length(v_code) = 1 and v_code #>> '{0,1,0}' = 'i' then
      v_code := jsonb_build_array(jsonb_build_array('push', jsonb_build_array('i',
        case v_name when '-' then - (v_code #>> '{0,1,1}')::numeric else (v_code #>> '{0,1,1}')::numeric end)));
    else
      v_code := v_code || jsonb_build_array(jsonb_build_array('sign', v_name));
    end if;
  end loop;
  while v_high <= 50 and (p_words[i] = '|' or p_words[i] = 'is' and p_kinds[i] = 'n') loop
    v_got := case p_words[i] when '|' then millrace.parse_filter(p_text, p_words, p_kinds, p_starts, i, p_level)
                             else millrace.parse_test(p_text, p_words, p_kinds, p_starts, i) end;
    v_code := v_code || (v_got -> 'c');
    v_high := greatest(v_high + (v_got ->> 'h')::int, (v_got ->> 'a')::int + 1);
    i := (v_got ->> 'i')::int;
  end loop;
  if v_high > 50 then
    perform millrace.refuse_expression(p_text, v_begin, 'it has more than 50 levels (limit "depth")');
  end if;
  return jsonb_build_object('c', v_code, 'i', i, 'h', v_high);
end $$;

comment on function millrace.parse_operand(text, text[], text[], int[], int, int) is 'Reads a value of an expression with what belongs to it alone.';
revoke execute on function millrace.parse_operand(text, text[], text[], int[], int, int) from public;
