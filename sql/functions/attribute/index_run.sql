-- index_run: a run's attributes have these values from now on, those of null have none; the others stay. The caller holds its live row.
create or replace function millrace.index_run(p_tenant int, p_run bigint, p_values jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_route int := (select r.route_id from millrace.runs r where r.id = p_run and r.tenant_id = p_tenant);
begin
  delete from millrace.run_attributes a
  where a.run_id = p_run
    and a.attribute = any (array(select x.attribute from millrace.attribute_rows(v_route, p_values) x where x.key is null));
  insert into millrace.run_attributes as a (run_id, attribute, tenant_id, key)
  select p_run, x.attribute, p_tenant, x.key from millrace.attribute_rows(v_route, p_values) x where x.key is not null
  on conflict on constraint run_attributes_pkey do update set key = excluded.key where a.key <> excluded.key;
end $$;

comment on function millrace.index_run(int, bigint, jsonb) is 'A run''s attributes have these values from now on.';
revoke execute on function millrace.index_run(int, bigint, jsonb) from public;
