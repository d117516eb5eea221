-- quote_text: a text as Python writes it in its programs: in single quotes, or in double ones if it has a single one and no double one.
-- Raises: MR030 for characters of which it is not known here whether they are written as they are: letters of the usual scripts are.
create or replace function millrace.quote_text(p_text text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_mark text := case when strpos(p_text, '''') > 0 and strpos(p_text, '"') = 0 then '"' else '''' end;
  v_text text := replace(replace(replace(replace(p_text, '\', '\\'), E'\n', '\n'), E'\r', '\r'), E'\t', '\t');
  v_odd  text := '[^ -~\u00a1-\u00ac\u00ae-\u0377\u0391-\u03a1\u03a3-\u052f\u2010-\u2027\u20a0-\u20bf\u3041-\u3096\u30a1-\u30fa'
                 || '\u4e00-\u9fa5\uac00-\ud7a3\U0001f300-\U0001f64f]';
  v_one  text;
begin
  if v_text ~ v_odd then
    for v_one in select distinct m[1] from regexp_matches(v_text, '([\u0001-\u001f\u007f-\u00a0\u00ad\u2028-\u202f\ufeff])', 'g') m loop
      v_text := replace(v_text, v_one, case when ascii(v_one) < 256 then '\x' || lpad(to_hex(ascii(v_one)), 2, '0')
                                            else '\u' || lpad(to_hex(ascii(v_one)), 4, '0') end);
    end loop;
    if v_text ~ v_odd then
      perform millrace.expression_problem('A list or a mapping with unusual characters cannot be made a text here. Join its items.');
    end if;
  end if;
  return v_mark || case v_mark when '''' then replace(v_text, '''', '\''') else v_text end || v_mark;
end $$;

comment on function millrace.quote_text(text) is 'A text as Python writes it in its programs.';
revoke execute on function millrace.quote_text(text) from public;
