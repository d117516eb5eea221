-- answer_error: raises an error of the engine again for a caller of the schema api. PostgREST answers 400 to codes that it does not know;
-- in this form it is told the status, and passes on code, message, details and hint as they are. Called by others it stays as it was.
-- Raises: that error. The statuses are those of src/model/error-codes.ts.
create or replace function millrace.answer_error(p_code text, p_message text, p_detail text, p_hint text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_status int := case when p_code in ('MR013', 'MR042') then 403
                       when p_code like 'MR01_' or p_code in ('MR053', 'MR055') then 409
                       when p_code = 'MR021' then 429 when p_code in ('MR040', 'MR041', 'MR043') then 404 when p_code = 'MR054' then 504
                       when p_code in ('MR050', 'MR051', 'MR052', 'MR056', 'MR099') then 500
                       when p_code in ('MR090', 'MR091') then 503 else 422 end;
begin
  if coalesce(current_setting('request.method', true), '') = '' then
    perform millrace.fail(p_code, p_message, p_hint, p_detail::json);
  end if;
  raise sqlstate 'PGRST' using
    message = json_build_object('code', p_code, 'message', p_message, 'details', p_detail, 'hint', p_hint)::text,
    detail = json_build_object('status', v_status, 'headers', json_build_object())::text;
end $$;

comment on function millrace.answer_error(text, text, text, text) is 'Raises an error for a caller of the api, with its HTTP status.';
revoke execute on function millrace.answer_error(text, text, text, text) from public;
