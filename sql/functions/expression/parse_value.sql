-- parse_value: reads what an expression says itself, a name, a list, or a part in parentheses.
--   as parse_part
-- Returns: {c, i, h}, as parse_part. Raises: MR030.
create or replace function millrace.parse_value(
  p_text text, p_words text[], p_kinds text[], p_starts int[], p_at int, p_level int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  i       int := p_at;
  v_word  text := p_words[p_at];
  v_close text := case p_words[p_at] when '[' then ']' else ')' end;
  v_cell  jsonb;
  v_got   jsonb;
  v_code  jsonb := '[]';
  v_codes jsonb[] := '{}';  -- of the items of a list: joined at the end, as JSON that grows is written anew each time
  v_high  int := 0;
  v_count int := 0;
begin
  if p_kinds[i] = 's' then  -- texts that follow each other are one
    v_word := '';
    while p_kinds[i] = 's' loop
      v_word := v_word || millrace.read_text(p_words[i], p_text, p_starts[i]);
      i := i + 1;
    end loop;
    return jsonb_build_object('c', jsonb_build_array(jsonb_build_array('push', jsonb_build_array('s', v_word))), 'i', i, 'h', 1);
  elsif p_kinds[i] = 'd' then
    v_cell := millrace.read_number(v_word, p_text, p_starts[i]);
  elsif v_word in ('true', 'True', 'false', 'False') then
    v_cell := jsonb_build_array('b', lower(v_word)::boolean);
  elsif v_word in ('none', 'None') then
    v_cell := '["n"]';
  elsif p_kinds[i] = 'n' and v_word not in ('if', 'else', 'and', 'or', 'not', 'in', 'is') then
    return jsonb_build_object('i', i + 1, 'h', 1, 'c', jsonb_build_array(jsonb_build_array('path', p_starts[i],
      jsonb_build_array(jsonb_build_array(v_word, p_starts[i] + length(v_word))))));
  elsif v_word not in ('(', '[') or v_word = '(' and p_words[i + 1] = ')' then
    perform millrace.refuse_expression(p_text, p_starts[i], case
      when v_word = '(' then 'it has a tuple, which machines do not evaluate: write a list, [1, 2]'
      when v_word = '{' then 'it has a mapping, which machines do not evaluate' when v_word = '' and i = 1 then 'there is no expression'
      else 'a value is expected instead of ' || coalesce('"' || left(nullif(v_word, ''), 40) || '"', 'the end') end);
  end if;
  i := i + 1;
  if v_cell is not null then
    return jsonb_build_object('c', jsonb_build_array(jsonb_build_array('push', v_cell)), 'i', i, 'h', 1);
  end if;
  while p_words[i] <> v_close or v_close = ')' and v_count = 0 loop
    if p_kinds[i] = 'd' and p_words[i + 1] in (',', ']') then  -- by itself: three calls less
      v_codes := v_codes || jsonb_build_array(jsonb_build_array('push', millrace.read_number(p_words[i], p_text, p_starts[i])));
      v_high := greatest(v_high, 1);
      i := i + 1;
    else
      v_got := millrace.parse_part(p_text, p_words, p_kinds, p_starts, i, 0, p_level + 1);
      i := (v_got ->> 'i')::int;
      v_codes := v_codes || (v_got -> 'c');
      v_high := greatest(v_high, (v_got ->> 'h')::int);
    end if;
    v_count := v_count + 1;
    if p_words[i] = ',' and v_close = ')' then
      perform millrace.refuse_expression(p_text, p_starts[i], 'it has a tuple, which machines do not evaluate: write a list, [1, 2]');
    elsif p_words[i] = ',' then
      i := i + 1;
    elsif p_words[i] <> v_close then
      perform millrace.refuse_expression(p_text, p_starts[i], format('"%s" is expected', v_close));
    end if;
  end loop;
  if v_count = 1 then
    v_code := v_codes[1];
  elsif v_count > 1 then
    v_code := (select jsonb_agg(s.step order by c.n, s.k) from unnest(v_codes) with ordinality c (code, n),
               lateral jsonb_array_elements(c.code) with ordinality s (step, k));
  end if;
  if v_close = ']' then
    v_high := v_high + 1;
    v_code := case when v_code @? 'strict $[*] ? (@[0] != "push")' then v_code || jsonb_build_array(jsonb_build_array('list', v_count))
      else jsonb_build_array(jsonb_build_array('push', jsonb_build_array('m', jsonb_path_query_array(v_code, 'strict $[*][1]')))) end;
  end if;
  return jsonb_build_object('c', v_code, 'i', i + 1, 'h', v_high);
end $$;

comment on function millrace.parse_value(text, text[], text[], int[], int, int) is 'Reads a value of an expression.';
revoke execute on function millrace.parse_value(text, text[], text[], int[], int, int) from public;
