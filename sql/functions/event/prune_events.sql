-- prune_events: deletes events that nobody can get any more, at most 500, ten minutes after their time: a wait that was about to be
-- committed then is looked after long before (look_events). Returns: how many. Locks: rows of events, skipping locked ones.
create or replace function millrace.prune_events(p_now timestamptz) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_rows tid[];
begin
  v_rows := array(select e.ctid from millrace.events e
                  where e.spread_at is null and e.keep_until <= p_now - interval '10 minutes'
                  order by e.keep_until limit 500 for update skip locked);
  delete from millrace.events e where e.ctid = any (v_rows);
  return cardinality(v_rows);
end $$;

comment on function millrace.prune_events(timestamptz) is 'Deletes events that nobody can get any more.';
revoke execute on function millrace.prune_events(timestamptz) from public;
