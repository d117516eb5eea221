-- label_starts: what runs that were just started are found by: resource, tags, declared attributes.
--   p_not  starts that made no run
create or replace function millrace.label_starts(p_tenant int, p_ids bigint[], p_routes int[], p_metas text[], p_not bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  insert into millrace.run_labels (tenant_id, kind, value, run_id)
  select p_tenant, x.kind, x.value, u.id
  from unnest(p_ids, p_metas) u (id, meta),
  lateral (select 'r'::"char" as kind, u.meta::json ->> 'resource' as value
           union select 't', t from json_array_elements_text(u.meta::json -> 'tags') t) x
  where x.value is not null and u.id <> all (p_not)
  on conflict do nothing;
  if exists (select from unnest(p_metas) m where m like '%"attributes"%') then
    perform millrace.index_starts(p_tenant, p_ids, p_routes, p_metas, p_not);
  end if;
end $$;

comment on function millrace.label_starts(int, bigint[], int[], text[], bigint[]) is 'What runs that were just started are found by.';
revoke execute on function millrace.label_starts(int, bigint[], int[], text[], bigint[]) from public;
