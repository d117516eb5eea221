-- prune_requests: deletes keys of requests that are over, at most so many. Each request with a key takes two along, and workers
-- the rest when they recover: so they go at least as fast as they come. Returns: how many. Locks: their rows, skipping locked ones.
create or replace function millrace.prune_requests(p_most int default 500) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := clock_timestamp();
  v_rows tid[];
begin
  v_rows := array(select r.ctid from millrace.requests r where r.expires_at <= v_now
                  order by r.expires_at limit p_most for update skip locked);
  delete from millrace.requests r where r.ctid = any (v_rows);
  return cardinality(v_rows);
end $$;

comment on function millrace.prune_requests(int) is 'Deletes keys of requests that are over.';
revoke execute on function millrace.prune_requests(int) from public;
