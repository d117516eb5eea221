-- nearest_name: ' Did you mean "…"?' with the one of some names that a mistyped one is most like; '' if it is like none of the first 100.
create or replace function millrace.nearest_name(p_name text, p_names text[]) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_name text := lower(left(p_name, 40));
  v_best text := '';
  v_least numeric := 0.41;  -- so many of the letters may be wrong
  v_one  text;
  v_last int[];
  v_row  int[];
begin
  foreach v_one in array p_names[1:100] loop
    continue when length(v_one) > 40 or abs(length(v_one) - length(v_name)) > 0.4 * greatest(length(v_one), length(v_name));
    v_last := array(select generate_series(0, length(v_one)));
    for i in 1 .. length(v_name) loop
      v_row := array[i];
      for j in 1 .. length(v_one) loop
        v_row := v_row || least(v_row[j] + 1, v_last[j + 1] + 1,
                                v_last[j] + (substr(v_name, i, 1) <> substr(lower(v_one), j, 1))::int);
      end loop;
      v_last := v_row;
    end loop;
    if v_last[length(v_one) + 1]::numeric / greatest(length(v_one), length(v_name), 1) < v_least then
      v_least := v_last[length(v_one) + 1]::numeric / greatest(length(v_one), length(v_name), 1);
      v_best := format(' Did you mean "%s"?', v_one);
    end if;
  end loop;
  return v_best;
end $$;

comment on function millrace.nearest_name(text, text[]) is 'The name that a mistyped one is most like, as a question.';
revoke execute on function millrace.nearest_name(text, text[]) from public;
