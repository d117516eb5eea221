-- index_starts: takes the declared attributes of runs that were just started into their index. One that was there before and has begun
-- since is left alone (the start is sent again): it may have other values by now.
--   p_skip  starts that made no run
create or replace function millrace.index_starts(p_tenant int, p_ids bigint[], p_routes int[], p_metas text[], p_skip bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  insert into millrace.run_attributes (run_id, attribute, tenant_id, key)
  select u.id, x.attribute, p_tenant, x.key
  from unnest(p_ids, p_routes, p_metas) u (id, route, meta)
  -- offset 0: each is looked up by its id, also by a plan that was made when nothing was queued
  cross join lateral (select l.seq, l.state from millrace.live l where l.run_id = u.id and l.task = 0 offset 0) l
  cross join lateral millrace.attribute_rows(u.route, u.meta::jsonb -> 'attributes') x
  where u.meta like '%"attributes"%' and u.id <> all (p_skip) and x.key is not null and l.seq = 0 and l.state in ('q', 'w')
  on conflict on constraint run_attributes_pkey do nothing;
end $$;

comment on function millrace.index_starts(int, bigint[], int[], text[], bigint[]) is 'Takes the attributes of runs that were just started into their index.';
revoke execute on function millrace.index_starts(int, bigint[], int[], text[], bigint[]) from public;
