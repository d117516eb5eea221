-- tell: something has happened to these runs: processes that follow them are notified, at most once for each 350 runs, and where the
-- feed of their tenant is written they get a row in it. While nobody follows anything it is a look into an empty table.
-- The caller holds the live rows of the runs (or has just inserted, or deleted them).
--   p_firsts  of each run, the first of the journal rows that are new; -1: it was started; null: none is
create or replace function millrace.tell(p_runs bigint[], p_firsts int[] default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if not exists (select from millrace.follows) then
    return;
  end if;
  perform millrace.notify_followers(p_runs);
  if exists (select from millrace.follows f where f.run_id = 0) then
    perform millrace.append_feed(p_runs, p_firsts);
  end if;
end $$;

comment on function millrace.tell(bigint[], int[]) is 'Tells those who follow runs that something has happened to them.';
revoke execute on function millrace.tell(bigint[], int[]) from public;
