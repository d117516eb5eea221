-- parse_test: reads a test; p_at is the word "is" before it.
--   as parse_part
-- Returns: {c, i, h: what it adds to the height}, as parse_part. Raises: MR030.
create or replace function millrace.parse_test(p_text text, p_words text[], p_kinds text[], p_starts int[], p_at int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_all  text[] := '{defined,undefined,none,boolean,true,false,string,number,integer,float,mapping,sequence}';
  v_not  boolean := p_words[p_at + 1] = 'not' and p_kinds[p_at + 1] = 'n';
  i      int := p_at + case when v_not then 2 else 1 end;
  v_name text := p_words[i];
  v_code jsonb;
begin
  if p_kinds[i] <> 'n' or v_name <> all (v_all) then
    perform millrace.refuse_expression(p_text, p_starts[i], case when p_kinds[i] <> 'n' then 'the name of a test is expected'
      else format('it has the test "%s", which machines do not evaluate. There are: %s', left(v_name, 40),
        array_to_string(v_all, ', ')) end);
  end if;
  i := i + 1;
  if p_words[i] = '(' and p_words[i + 1] = ')' then
    i := i + 2;
  elsif p_words[i] in ('(', '[', '{') or p_kinds[i] in ('s', 'd')
        or p_kinds[i] = 'n' and p_words[i] not in ('if', 'else', 'and', 'or', 'not', 'in') then
    perform millrace.refuse_expression(p_text, p_starts[i], format(case p_words[i] when 'is' then 'a test cannot follow a test'
      else 'the test "%s" takes no argument' end, v_name));
  end if;
  v_code := jsonb_build_array(jsonb_build_array('test', v_name));
  return jsonb_build_object('c', case when v_not then v_code || '[["not"]]' else v_code end, 'i', i, 'h', case when v_not then 2 else 1 end,
    'a', 0);
end $$;

comment on function millrace.parse_test(text, text[], text[], int[], int) is 'Reads a test.';
revoke execute on function millrace.parse_test(text, text[], text[], int[], int) from public;
