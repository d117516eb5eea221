-- drawn_id: a number that the caller drew by take_ids, as an option of a function; null if it was not given.
-- Raises: MR001 for what is none: another number may be drawn by somebody later, and would belong to two.
create or replace function millrace.drawn_id(p_option text, p_value text) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_value is null then
    return null;
  elsif p_value ~ '^[0-9]{1,18}$' and p_value::bigint < (select (n.last_value + 1) * 1024 from millrace.numbers n) then
    return p_value::bigint;
  end if;
  perform millrace.fail('MR001', format('%s "%s" is not a number that was drawn.', p_option, left(p_value, 100)),
    'Draw one by take_ids, or leave it out.', json_build_object(p_option, left(p_value, 100)));
end $$;

comment on function millrace.drawn_id(text, text) is 'A number that the caller drew by take_ids, as an option of a function.';
revoke execute on function millrace.drawn_id(text, text) from public;
