-- row_field: a column of a row as text; null if it is null. It is read from the text that Postgres itself makes of a row: a cast of the row
-- to json or text could be one that the owner of the table has made, and would run as the engine's owner.
--   p_row  format('%s', the row)    p_table  whose row it is
-- Raises: MR001 if the table has no such column.
create or replace function millrace.row_field(p_row text, p_table oid, p_column text) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_nth   int := (
    select count(*) from pg_attribute a join pg_attribute c on c.attrelid = a.attrelid and a.attnum <= c.attnum
    where c.attrelid = p_table and c.attname = p_column and c.attnum > 0 and not c.attisdropped and a.attnum > 0 and not a.attisdropped);
  v_field text;
begin
  if v_nth = 0 then
    perform millrace.fail('MR001', format('The table %s has no column "%s".', p_table::regclass, left(p_column, 100)),
      'Name the column of the id as the second argument of the trigger.', json_build_object('column', left(p_column, 100)));
  end if;
  v_field := regexp_substr(',' || substr(p_row, 2, length(p_row) - 2), ',("(?:[^"\\]|""|\\\\)*"|[^",]*)', 1, v_nth, '', 1);
  return case when left(v_field, 1) = '"' then replace(replace(substr(v_field, 2, length(v_field) - 2), '""', '"'), '\\', '\')
              else nullif(v_field, '') end;
end $$;

comment on function millrace.row_field(text, oid, text) is 'A column of a row as text, without casts of others.';
revoke execute on function millrace.row_field(text, oid, text) from public;
