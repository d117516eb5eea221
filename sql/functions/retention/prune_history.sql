-- prune_history: looks through the next 500 runs of a route whose workflow has a retention, from the oldest on, and deletes those whose
-- time is over, by how they ended; any worker calls it. When it has come to runs that nobody has to look at yet it begins anew after a
-- tenth of the shortest retention: an hour at most, a minute at least; from the first run that may have to go later.
-- Returns: milliseconds until there is more to look through, null if no workflow has a retention.
-- Locks: a row of retention, rows of runs (both skipping locked ones), and the rows that it deletes.
create or replace function millrace.prune_history() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now   timestamptz := millrace.clock();
  v_at    millrace.retention;
  v_least numeric;
  v_runs  bigint[];
  v_last  timestamptz;
  v_gone  bigint[];
  v_stays bigint;   -- the first that is here now and may have to go later
  v_over  boolean;
begin
  select * into v_at from millrace.retention t where t.next_at <= v_now order by t.next_at limit 1 for update skip locked;
  if found and not exists (select from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
                           where r.id = v_at.route_id and w.definition ? 'retention_ms') then
    delete from millrace.retention t where t.route_id = v_at.route_id;  -- the workflow has none any more
  elsif v_at.route_id is not null then
    select min(x.value::numeric) into v_least from jsonb_each_text(v_at.keep) x;
    -- between, not =: the planner may walk the primary key else
    v_runs := array(select r.id from millrace.runs r
                    where r.route_id between v_at.route_id and v_at.route_id and r.id > v_at.after_run
                    order by r.route_id, r.id limit 500);
    select r.created_at into v_last from millrace.runs r where r.id = v_runs[cardinality(v_runs)];
    with looked as (
      select u.id, e.beside, e.at,
             e.at + (v_at.keep ->> case e.status when 'c' then 'completed' when 'f' then 'failed' else 'cancelled' end)
                     ::numeric * interval '1 ms' as ends
      from unnest(v_runs) u (id) left join lateral (select o.* from millrace.outcomes o where o.run_id = u.id offset 0) o on true,
      lateral millrace.chain_end(u.id, o.status, o.at) e)
    select array_agg(x.id) filter (where x.goes), min(x.id) filter (where x.at is null or not x.goes and x.later)
    into v_gone, v_stays
    from (select l.id, l.at, l.ends < v_now and (l.beside is null or l.beside in (select w.id from looked w where w.ends < v_now)) as goes,
                 l.beside is null or exists (select from millrace.runs r join millrace.retention t on t.route_id = r.route_id
                                             where r.id = l.beside) as later
          from looked l) x;
    v_gone := array(select r.id from millrace.runs r where r.id = any (v_gone) order by r.id for update skip locked);
    perform millrace.delete_runs(v_at.tenant_id, v_gone);
    v_over := cardinality(v_runs) < 500 or v_last > v_now - v_least * interval '1 ms';
    v_stays := coalesce(v_at.keep_from, v_stays);
    update millrace.retention t
    set keep_from = case when not v_over then v_stays end,
        after_run = case when v_over and v_stays is not null then v_stays - 1
                    when cardinality(v_runs) > 0 then v_runs[cardinality(v_runs)] else t.after_run end,
        next_at = v_now + case when v_over then greatest(least(v_least / 10, 3600000), 60000) else 0 end * interval '1 ms'
    where t.route_id = v_at.route_id;
  end if;
  return (select greatest(ceil(extract(epoch from t.next_at - v_now) * 1000), case when v_at.route_id is null then 100 else 20 end)
          from millrace.retention t order by t.next_at limit 1);
end $$;

comment on function millrace.prune_history() is 'Deletes runs whose retention is over, some at a time; returns when to go on.';
revoke execute on function millrace.prune_history() from public;
