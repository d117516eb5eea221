-- read_text: what a text in quotes says; its escapes are Python's, and a backslash before another character stays.
--   p_word  with its quotes    p_text, p_at  for errors
-- Raises: MR030 for an escape that is not complete, and for what the database cannot keep: NUL, and half of a surrogate pair.
create or replace function millrace.read_text(p_word text, p_text text, p_at int) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_body text := regexp_replace(substr(p_word, 2, length(p_word) - 2), E'\r\n?', E'\n', 'g');
  v_json text := '';
  v_part text;
  v_code bigint;
begin
  if strpos(v_body, '\') = 0 then
    return v_body;
  end if;
  -- as a text of JSON, which knows how halves of pairs that follow each other are one character
  for v_part in
    select m[1] from regexp_matches(v_body, '([^\\]+|\\x.{0,2}|\\u.{0,4}|\\U.{0,8}|\\[0-7]{1,3}|\\.)', 'g') m
  loop
    v_code := null;
    if v_part !~ '^\\' then
      v_part := v_part;
    elsif v_part ~ '^\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00[01][0-9a-fA-F]{5})$' then
      v_code := millrace.from_digits(lower(substr(v_part, 3)), 16)::bigint;
    elsif v_part ~ '^\\[xuUN]' then
      v_code := -1;
    elsif v_part ~ '^\\[0-7]' then
      v_code := millrace.from_digits(substr(v_part, 2), 8)::bigint;
    else
      v_part := case substr(v_part, 2) when 'a' then E'\x07' when 'b' then E'\b' when 'f' then E'\f' when 'n' then E'\n'
        when 'r' then E'\r' when 't' then E'\t' when 'v' then E'\x0b' when '\' then '\' when '''' then ''''
        when '"' then '"' when E'\n' then '' else v_part end;
    end if;
    if v_code not between 0 and 1114111 then
      perform millrace.refuse_expression(p_text, p_at,
        'an escape in the text is not complete: write \xhh, \uhhhh or \Uhhhhhhhh, or \\ for a backslash');
    end if;
    v_json := v_json || case when v_code is null then (select substr(j, 2, length(j) - 2)
                                                       from (select to_jsonb(v_part)::text as j) x)
      when v_code > 65535 then '\u' || to_hex(55296 + (v_code - 65536) / 1024) || '\u' || to_hex(56320 + (v_code - 65536) % 1024)
      else '\u' || lpad(to_hex(v_code), 4, '0') end;
  end loop;
  return ('"' || v_json || '"')::jsonb #>> '{}';
exception when untranslatable_character or invalid_text_representation then
  perform millrace.refuse_expression(p_text, p_at, 'the text has NUL, or half of a surrogate pair, which the database cannot keep');
  return null;
end $$;

comment on function millrace.read_text(text, text, int) is 'What a text in quotes says.';
revoke execute on function millrace.read_text(text, text, int) from public;
