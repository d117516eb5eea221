-- parse_filter: reads a filter with its arguments; p_at is the word | before it.
--   as parse_part
-- Returns: {c, i, h: 1, a: the height of its arguments}, as parse_part. Raises: MR030.
create or replace function millrace.parse_filter(
  p_text text, p_words text[], p_kinds text[], p_starts int[], p_at int, p_level int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  i       int := p_at + 2;
  v_count int := 0;
  v_names text[] := '{}';
  v_high  int := 0;
  v_code  jsonb := '[]';
  v_got   jsonb;
begin
  if p_kinds[p_at + 1] <> 'n' then
    perform millrace.refuse_expression(p_text, p_starts[p_at + 1], 'the name of a filter is expected');
  end if;
  if p_words[i] = '(' then
    i := i + 1;
    while p_words[i] <> ')' loop
      if p_kinds[i] = 'n' and p_words[i + 1] = '=' then
        v_names := v_names || p_words[i];
        i := i + 2;
      elsif v_names <> '{}' then
        perform millrace.refuse_expression(p_text, p_starts[i], 'an argument without a name cannot follow one with a name');
      end if;
      v_got := millrace.parse_part(p_text, p_words, p_kinds, p_starts, i, 0, p_level + 1);
      v_count := v_count + 1;
      v_code := v_code || (v_got -> 'c');
      v_high := greatest(v_high, (v_got ->> 'h')::int);
      i := (v_got ->> 'i')::int;
      if p_words[i] = ',' then
        i := i + 1;
      elsif p_words[i] <> ')' then
        perform millrace.refuse_expression(p_text, p_starts[i], '")" is expected');
      end if;
    end loop;
    i := i + 1;
  end if;
  v_code := v_code || jsonb_build_array(jsonb_build_array('filter', p_words[p_at + 1],
    to_jsonb(millrace.bind_arguments(p_words[p_at + 1], v_count, v_names, p_text, p_starts[p_at + 1]))));
  return jsonb_build_object('c', v_code, 'i', i, 'h', 1, 'a', v_high);
end $$;

comment on function millrace.parse_filter(text, text[], text[], int[], int, int) is 'Reads a filter with its arguments.';
revoke execute on function millrace.parse_filter(text, text[], text[], int[], int, int) from public;
