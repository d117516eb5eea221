-- fail: the one way in which the kernel refuses. p_code is a key of src/model/error-codes.ts; the detail is a JSON
-- object with the offending values, the hint says what to do.
create or replace function millrace.fail(p_code text, p_message text, p_hint text, p_detail json default '{}') returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using errcode = p_code, message = p_message, hint = p_hint, detail = p_detail::text;
end $$;

comment on function millrace.fail(text, text, text, json) is 'Raises an error of the table in src/model/error-codes.ts.';
revoke execute on function millrace.fail(text, text, text, json) from public;
