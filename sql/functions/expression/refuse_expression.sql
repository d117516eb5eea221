-- refuse_expression: raises what is wrong with an expression that cannot be read, and where.
--   p_at  the character, from 1
-- Raises: MR030 always.
create or replace function millrace.refuse_expression(p_text text, p_at int, p_what text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.fail('MR030', format('The expression "%s" cannot be read, at character %s: %s.',
      case when length(p_text) > 100 then left(p_text, 99) || '…' else p_text end, p_at, p_what),
    'Correct it; docs/entity-machines.md says what expressions of machines may hold.',
    json_build_object('expression', left(p_text, 200), 'position', p_at));
end $$;

comment on function millrace.refuse_expression(text, int, text) is 'Raises what is wrong with an expression that cannot be read.';
revoke execute on function millrace.refuse_expression(text, int, text) from public;
