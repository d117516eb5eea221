-- expression_problem: raises what goes wrong while an expression is evaluated.
--   p_path  what was read and is not there, as the expression writes it
-- Raises: MR030 always.
create or replace function millrace.expression_problem(p_what text, p_path text default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.fail('MR030', p_what, 'Correct the expression, or the data that it reads.',
    json_strip_nulls(json_build_object('path', p_path)));
end $$;

comment on function millrace.expression_problem(text, text) is 'Raises what goes wrong while an expression is evaluated.';
revoke execute on function millrace.expression_problem(text, text) from public;
