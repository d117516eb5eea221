-- expression_words: the words of an expression, from a character of a text on: names, numbers, texts in quotes and signs.
--   p_braces  whether it ends at }} (or -}}); else at the end of the text
-- Returns: words, the last of which is ''; kinds (n: name, d: number, s: text, o: sign, e: end); the character at which each begins.
-- Raises: MR030.
create or replace function millrace.expression_words(
  p_text text, p_from int, p_braces boolean, out words text[], out kinds text[], out starts int[])
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_space text := '[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]';
  v_whole text := '0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*';
  v_float text := '(?:[0-9]+_)*[0-9]+(?:(?:\.(?:[0-9]+_)*[0-9]+)?[eE][+-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+)';
  v_rest  text := '|[A-Za-z_][A-Za-z0-9_]*|''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*"|\*\*|//|==|!=|>=|<=|.';
  v_size  int := case when p_braces then 200 else 4001 end;  -- a text has many expressions: as much of it as this one needs
  v_raw   text[];
  v_at    int;
  v_depth int;
  v_word  text;
  v_kind  text;
  v_bad   text;
begin
  loop
    v_raw := array(select m[1] from regexp_matches(substr(p_text, p_from, v_size), '(' || v_space || '+|' || v_whole || '|' || v_float
                                                                                    || v_rest || ')', 'g') m);
    v_at := p_from;
    v_depth := 0;
    v_bad := null;
    words := '{}';
    kinds := '{}';
    starts := '{}';
    for i in 1 .. cardinality(v_raw) loop
      v_word := v_raw[i];
      if p_braces and v_depth = 0 and v_word in ('}', '-') then
        if v_word = '}' and v_raw[i + 1] = '}' or v_word = '-' and v_raw[i + 1] = '}' and v_raw[i + 2] = '}' then
          words := words || ''::text;
          kinds := kinds || 'e'::text;
          starts := starts || v_at;
          exit;
        end if;
      end if;
      v_kind := case when v_word ~ '^[A-Za-z_]' then 'n' when v_word ~ '^[0-9]' then 'd' when v_word ~ '^[''"].' then 's'
        when v_word ~ '^[-+*/%~\[\](){}<>=.:|,]' or v_word = '!=' then 'o' when v_word ~ ('^' || v_space) then ' ' else '?' end;
      v_depth := v_depth + case when v_word in ('(', '[', '{') then 1 when v_word in (')', ']', '}') then -1 else 0 end;
      v_bad := case when v_kind = '?' and v_word in ('''', '"') then format('the text that begins with %s has no end', v_word)
        when v_kind = '?' then format('%s has no meaning',
          case when v_word ~ '[[:cntrl:]]' then 'a sign that cannot be printed' else v_word end)
        when v_depth > 50 then 'it has more than 50 brackets within each other (limit "depth")'
        when v_depth < 0 then format('"%s" closes nothing', v_word)
        when v_at - p_from > 4000 then 'it is longer than 4,000 characters (limit "length")' end;
      exit when v_bad is not null;
      -- after a dot it is an index: x.1.5 is x[1][5]
      if v_kind = 'd' and v_raw[i - 1] = '.' and v_word ~ '[.eE]' and v_word !~* '^0[box]' then
        for v_word in select m[1] from regexp_matches(v_word, '(' || v_whole || v_rest || ')', 'g') m loop
          words := words || v_word;
          kinds := kinds || case when v_word ~ '^[0-9]' then 'd' when v_word ~ '^[A-Za-z_]' then 'n' else 'o' end;
          starts := starts || v_at;
          v_at := v_at + length(v_word);
        end loop;
        continue;
      elsif v_kind <> ' ' then
        words := words || v_word;
        kinds := kinds || v_kind;
        starts := starts || v_at;
      end if;
      v_at := v_at + length(v_word);
    end loop;
    exit when words[cardinality(words)] = '' or p_from + v_size > length(p_text) or v_at - p_from > 4000;
    v_size := v_size * 2;
  end loop;
  if v_bad is null and words[cardinality(words)] is distinct from '' then
    v_bad := case when p_braces then 'it has no }} at its end' when v_at - p_from > 4000 then 'it is longer than 4,000 characters' end;
    words := words || ''::text;
    kinds := kinds || 'e'::text;
    starts := starts || v_at;
  end if;
  perform millrace.refuse_expression(p_text, v_at, v_bad) where v_bad is not null;
end $$;

comment on function millrace.expression_words(text, int, boolean) is 'The words of an expression.';
revoke execute on function millrace.expression_words(text, int, boolean) from public;
