-- prune_logs: deletes the oldest lines of logs that are older than p_keep_ms, at most 5,000. Returns: how many.
create or replace function millrace.prune_logs(p_keep_ms bigint) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_before timestamptz := millrace.clock() - p_keep_ms * interval '1 ms';
  v_ids    bigint[];
begin
  v_ids := array(select x.id from (select g.id, g.at from millrace.logs g order by g.id limit 5000) x where x.at < v_before);
  delete from millrace.logs g where g.id = any (v_ids);
  return cardinality(v_ids);
end $$;

comment on function millrace.prune_logs(bigint) is 'Deletes lines of logs that are older than they are kept.';
revoke execute on function millrace.prune_logs(bigint) from public;
