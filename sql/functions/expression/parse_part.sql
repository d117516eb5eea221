-- parse_part: reads a part of an expression, by the strength of its operators; its code is steps over a stack of values (run_expression).
--   p_words, p_kinds, p_starts  of expression_words    p_at  the word at which it begins
--   p_above  only operators that bind more strongly belong to it    p_level  how many parts it is within
-- Returns: {c: code, i: the word behind it, h: its height, s: the character at which it begins}. Raises: MR030.
create or replace function millrace.parse_part(
  p_text text, p_words text[], p_kinds text[], p_starts int[], p_at int, p_above int, p_level int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_from   int := p_starts[p_at];
  v_all    jsonb := '{"if": 1, "or": 2, "and": 3, "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5, "in": 5, "not in": 5, "+": 6, "-": 6,
                      "~": 7, "*": 8, "/": 8, "//": 8, "%": 8, "**": 9}';
  i        int := p_at;
  v_code   jsonb;
  v_high   int;
  v_got    jsonb;
  v_more   jsonb;
  v_op     text;
  v_power  int;
  v_before text;
  v_count  int;
  v_codes  jsonb[];  -- of what is compared or joined; put together at the end, as JSON that grows is written anew each time
begin
  if p_level > 110 then
    perform millrace.refuse_expression(p_text, v_from, 'it has more than 50 levels (limit "depth")');
  end if;
  if p_words[i] = 'not' and p_kinds[i] = 'n' and p_above <= 4 then
    v_got := millrace.parse_part(p_text, p_words, p_kinds, p_starts, i + 1, 4, p_level + 1);
    v_code := (v_got -> 'c') || '[["not"]]';
    v_high := (v_got ->> 'h')::int + 1;
  else
    v_got := millrace.parse_operand(p_text, p_words, p_kinds, p_starts, i, p_level);
    v_code := v_got -> 'c';
    v_high := (v_got ->> 'h')::int;
  end if;
  i := (v_got ->> 'i')::int;
  loop
    v_op := case when p_kinds[i] not in ('n', 'o') then '' when p_words[i] <> 'not' then p_words[i]
                 when p_words[i + 1] = 'in' then 'not in' end;
    v_power := (v_all ->> v_op)::int;
    exit when coalesce(v_power <= p_above, true) or v_high > 50;
    if v_op = '**' then
      perform millrace.refuse_expression(p_text, p_starts[i], 'it has "**", which machines do not evaluate: multiply');
    end if;
    v_before := v_op;
    v_count := 1;
    v_codes := array[v_code];
    loop  -- what is compared with each other, or joined, is one part
      i := i + case v_op when 'not in' then 2 else 1 end;
      v_got := millrace.parse_part(p_text, p_words, p_kinds, p_starts, i, v_power, p_level + 1);
      v_more := v_got -> 'c';
      i := (v_got ->> 'i')::int;
      v_high := greatest(v_high, (v_got ->> 'h')::int);
      v_count := v_count + 1;
      v_op := case when p_kinds[i] not in ('n', 'o') then '' when p_words[i] <> 'not' then p_words[i]
                   when p_words[i + 1] = 'in' then 'not in' else '' end;
      exit when v_before in ('if', 'and', 'or') or v_power not in (5, 7) or (v_all ->> v_op)::int is distinct from v_power;
      v_codes := v_codes || case v_power when 5 then v_more || jsonb_build_array(jsonb_build_array('chain', v_before)) else v_more end;
      v_before := v_op;
    end loop;
    v_high := v_high + 1;
    if v_count > 2 then
      v_code := (select jsonb_agg(s.step order by c.n, s.k) from unnest(v_codes) with ordinality c (code, n),
                 lateral jsonb_array_elements(c.code) with ordinality s (step, k));
    end if;
    if v_power = 5 then
      v_code := v_code || v_more || jsonb_build_array(jsonb_build_array('compare', v_before));
      if v_count > 2 then  -- the first that does not hold leaves out the rest
        v_code := (select jsonb_agg(case when c.one = jsonb_build_array('chain', c.one -> 1)
                                         then c.one || to_jsonb(jsonb_array_length(v_code) - c.n::int) else c.one end order by c.n)
                   from jsonb_array_elements(v_code) with ordinality c (one, n));
      end if;
    elsif v_power = 7 then
      v_code := v_code || v_more || jsonb_build_array(jsonb_build_array('concat', v_count));
    elsif v_before in ('and', 'or') then
      v_code := v_code || jsonb_build_array(jsonb_build_array(v_before, jsonb_array_length(v_more))) || v_more;
    elsif v_before <> 'if' then
      v_code := v_code || v_more || jsonb_build_array(jsonb_build_array(v_before));
    else
      if v_op = 'else' then
        v_got := millrace.parse_part(p_text, p_words, p_kinds, p_starts, i + 1, 0, p_level + 1);
        i := (v_got ->> 'i')::int;
        v_high := greatest(v_high, (v_got ->> 'h')::int + 1);
        v_got := v_got -> 'c';
      else
        v_got := jsonb_build_array(jsonb_build_array('none', v_from, p_starts[i - 1] + length(p_words[i - 1])));
      end if;
      v_code := v_more || jsonb_build_array(jsonb_build_array('unless', jsonb_array_length(v_code) + 1)) || v_code
        || jsonb_build_array(jsonb_build_array('skip', jsonb_array_length(v_got))) || v_got;
    end if;
  end loop;
  if v_high > 50 then
    perform millrace.refuse_expression(p_text, v_from, 'it has more than 50 levels (limit "depth")');
  end if;
  return jsonb_build_object('c', v_code, 'i', i, 'h', v_high, 's', v_from);
end $$;

comment on function millrace.parse_part(text, text[], text[], int[], int, int, int) is 'Reads a part of an expression.';
revoke execute on function millrace.parse_part(text, text[], text[], int[], int, int, int) from public;
