-- parse_template: reads a text with expressions in {{ }}, by Jinja's rules: {{- and -}} take the white space before and behind them away,
-- {# #} is a comment, ends of lines become \n, and one at the end is left out.
-- Returns: a JSON array of texts and trees (parse_expression), in turn; nothing empty is among them. Raises: MR030, also for {% %}.
create or replace function millrace.parse_template(p_text text) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
declare
  v_space text := E'\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
                  || E'\u2028\u2029\u202f\u205f\u3000';
  v_parts jsonb := '[]';
  v_rest  text := p_text;      -- from v_at on
  v_at    int := 1;
  v_trim  boolean := false;
  v_plain text;
  v_tag   text;
  v_from  int;
  v_end   int;
  v_words record;
  v_part  jsonb;
begin
  if p_text !~ '\{[{%#]' then
    return case p_text when '' then '[]' else jsonb_build_array(p_text) end;
  end if;
  if (select count(*) from regexp_matches(p_text, '\{[{#]', 'g')) > 200 then
    perform millrace.refuse_expression(p_text, 1, 'the text has more than 200 expressions');
  end if;
  while v_rest <> '' loop
    v_tag := substring(v_rest from '\{[{%#][-+]?');
    v_from := coalesce(strpos(v_rest, v_tag), length(v_rest) + 1);
    v_plain := regexp_replace(left(v_rest, v_from - 1), E'\r\n?', E'\n', 'g');
    v_plain := case when v_tag is null then regexp_replace(v_plain, E'\n$', '') else v_plain end;
    v_plain := case when v_trim then ltrim(v_plain, v_space) else v_plain end;
    v_plain := case when v_tag like '__-' then rtrim(v_plain, v_space) else v_plain end;
    v_parts := v_parts || case v_plain when '' then '[]' else jsonb_build_array(v_plain) end;
    exit when v_tag is null;
    v_from := v_at + v_from - 1;
    if v_tag like '{\%%' then
      perform millrace.refuse_expression(p_text, v_from, 'there are no statements: {% has no meaning');
    elsif v_tag like '{#%' then
      v_end := strpos(substr(p_text, v_from + length(v_tag)), '#}') - 1 + v_from + length(v_tag);
      if v_end < v_from + length(v_tag) then
        perform millrace.refuse_expression(p_text, v_from, 'the comment that begins there has no #} at its end');
      end if;
      v_trim := substr(p_text, v_end - 1, 1) = '-';
    else
      v_plain := substr(p_text, v_from + length(v_tag), 4100);  -- of a long text each tree keeps what is its own
      select * into v_words from millrace.expression_words(v_plain, 1, true);
      v_part := millrace.parse_part(v_plain, v_words.words, v_words.kinds, v_words.starts, 1, 0, 1);
      v_end := v_words.starts[(v_part ->> 'i')::int];
      if v_words.kinds[(v_part ->> 'i')::int] <> 'e' then
        perform millrace.refuse_expression(v_plain, v_end, case v_words.words[(v_part ->> 'i')::int] when ',' then
          'it has a tuple, which machines do not evaluate: write a list, [1, 2]' else 'something stands there that is not expected' end);
      end if;
      v_parts := v_parts || jsonb_build_array(jsonb_build_object('text', left(v_plain, v_end - 1), 'code', v_part -> 'c'));
      v_trim := substr(v_plain, v_end, 1) = '-';
      v_end := v_from + length(v_tag) + v_end - 1 + v_trim::int;
    end if;
    v_at := v_end + 2;
    v_rest := substr(p_text, v_at);
  end loop;
  return v_parts;
end $$;

comment on function millrace.parse_template(text) is 'Reads a text with expressions in {{ }}.';
revoke execute on function millrace.parse_template(text) from public;
