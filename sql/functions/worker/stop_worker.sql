-- stop_worker: a worker that shuts down gives up its lease at once; what it still held goes back without blame.
-- Locks: the worker's row, then its live rows, ascending.
create or replace function millrace.stop_worker(p_worker bigint) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from millrace.workers w where w.id = p_worker for update;
  return millrace.hand_back(array[p_worker], false);
end $$;

comment on function millrace.stop_worker(bigint) is 'Ends a worker''s lease; what it still held is handed back without blame.';
revoke execute on function millrace.stop_worker(bigint) from public;
