-- read_cursor: the place that order_cursor wrote; null of null. Raises: MR001 for a text that it did not.
create or replace function millrace.read_cursor(p_cursor text, out key text, out run bigint)
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_cursor is null then
    return;
  elsif p_cursor ~ '^([0-9a-f]{2})+[.][0-9]{1,18}$' and length(p_cursor) < 5000 then
    key := convert_from(decode(split_part(p_cursor, '.', 1), 'hex'), 'UTF8');
    run := split_part(p_cursor, '.', 2)::bigint;
  end if;
  if key is null then
    raise data_exception;
  end if;
exception when data_exception then
  perform millrace.fail('MR001', format('"%s" is not a cursor of a list by an attribute.', left(p_cursor, 100)),
    'Give the cursor of a row as it was, or none for the first page.', json_build_object('cursor', left(p_cursor, 100)));
end $$;

comment on function millrace.read_cursor(text) is 'The place that order_cursor wrote.';
revoke execute on function millrace.read_cursor(text) from public;
