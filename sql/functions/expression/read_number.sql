-- read_number: the value of a number as an expression writes it: ["i", whole] or ["f", "float"].
--   p_word  a word that expression_words has found to be one    p_text, p_at  for errors
-- Raises: MR030 for one that is too large.
create or replace function millrace.read_number(p_word text, p_text text, p_at int) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_digits text := lower(replace(p_word, '_', ''));
  v_float  float8;
begin
  if v_digits ~ '^0[box]' then
    if length(v_digits) > 1024 then
      perform millrace.refuse_expression(p_text, p_at, 'a number has too many digits (limit "number")');
    end if;
    return jsonb_build_array('i', millrace.from_digits(substr(v_digits, 3), case substr(v_digits, 2, 1) when 'b' then 2 when 'o' then 8
                                                                                                        else 16 end));
  elsif v_digits ~ '[.e]' then
    v_float := millrace.read_float(v_digits);
    if v_float = 'infinity' then
      perform millrace.refuse_expression(p_text, p_at, 'a number is too large');
    end if;
    return jsonb_build_array('f', v_float::text);
  elsif length(v_digits) > 1024 then
    perform millrace.refuse_expression(p_text, p_at, 'a number has too many digits (limit "number")');
  end if;
  return jsonb_build_array('i', v_digits::numeric);
end $$;

comment on function millrace.read_number(text, text, int) is 'The value of a number as an expression writes it.';
revoke execute on function millrace.read_number(text, text, int) from public;
