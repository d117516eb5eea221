-- take_ids: draws 1,024 run ids: the number returned and the 1,023 after it. Ids are drawn before they are used, so that
-- a start whose reply was lost is sent again under the same ids and changes nothing.
-- A sequence is logged 32 numbers ahead, and a draw from such a stock does not wait for the log to reach the disk: were
-- Postgres killed then, it could hand the same ids out again. The message makes this transaction wait.
-- Locks: none.
create or replace function millrace.take_ids() returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_logical_emit_message(true, 'millrace', '');
  return nextval('millrace.numbers') * 1024;
end $$;

comment on function millrace.take_ids() is 'Draws 1,024 run ids and returns the first.';
revoke execute on function millrace.take_ids() from public;
