-- append_feed: rows in the feeds of tenants that have one, and a hint to their readers. Parameters as of tell.
-- A start that is sent again is told again only while the run has not begun: what is told of a run stays in order.
create or replace function millrace.append_feed(p_runs bigint[], p_firsts int[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := millrace.clock();
begin
  perform pg_current_xact_id();  -- drawn before the places are: settle_feed rests on that
  insert into millrace.feed (tenant_id, id, run_id, at, first_seq, last_seq, status)
  select x.tenant_id, nextval('millrace.feed_numbers'), x.id, v_now, x.first, x.last, x.status
  from (select r.tenant_id, u.id, u.first, millrace.run_status(u.id) as status,
               case when u.first is not null then (
                 select c.seq from millrace.checkpoints c where c.run_id = u.id order by c.seq desc limit 1) end as last
        from unnest(p_runs, p_firsts) u (id, first)
        cross join lateral (select o.tenant_id from millrace.runs o where o.id = u.id offset 0) r
        where exists (select from millrace.follows f where f.run_id = 0 and f.tenant_id = r.tenant_id and f.follower = '')
        offset 0) x
  where x.status is not null and (x.first is distinct from -1 or x.last is null and x.status in ('p', 'z'))
  order by x.id;
  if found then
    perform pg_notify('millrace:' || x.follower, 'feed ' || x.tenant_id)
    from (select distinct f.follower, f.tenant_id
          from unnest(p_runs) u (id)
          cross join lateral (select o.tenant_id from millrace.runs o where o.id = u.id offset 0) r
          join millrace.follows f on f.run_id = 0 and f.tenant_id = r.tenant_id and f.follower <> '') x;
  end if;
end $$;

comment on function millrace.append_feed(bigint[], int[]) is 'Rows in the feeds of tenants that have one.';
revoke execute on function millrace.append_feed(bigint[], int[]) from public;
