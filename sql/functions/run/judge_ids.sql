-- judge_ids: of starts whose ids were there before, those that are another run's. A start that is sent again is the same in
-- every part. After a restore to an earlier time the ids that a process drew before are drawn once more by others: its start
-- is none, and must not be reported as made. Gives back the key and the caller's id that such a start has just taken.
--   p_skip  starts that are decided already; null: none
create or replace function millrace.judge_ids(
  p_tenant int, p_ids bigint[], p_routes int[], p_inputs text[], p_metas text[], p_skip bigint[]) returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_taken bigint[];
begin
  select array_agg(u.id) into v_taken
  from unnest(p_ids, p_routes, p_inputs, p_metas) u (id, route, input, meta) join millrace.runs r on r.id = u.id
  where (p_skip is null or u.id <> all (p_skip))
    and ((r.tenant_id, r.input, r.meta) is distinct from (p_tenant, u.input, u.meta)
           -- what is debounced has the input of the last start, a batch those of several
           and (r.tenant_id = p_tenant and coalesce(r.meta::jsonb #> '{rules,debounce}', r.meta::jsonb #> '{rules,batch}')
                = coalesce(u.meta::jsonb #> '{rules,debounce}', u.meta::jsonb #> '{rules,batch}')) is not true
         or r.route_id <> u.route and not millrace.same_place(r.route_id, u.route));
  if v_taken is not null and p_metas is not null then
    delete from millrace.run_keys k using unnest(p_ids, p_metas) u (id, meta) join millrace.runs r on r.id = u.id
    where u.id = any (v_taken) and k.tenant_id = p_tenant and k.workflow = u.meta::json ->> 'workflow'
      and k.key = u.meta::json ->> 'key' and k.run_id = u.id
      and (r.tenant_id, r.meta::json ->> 'workflow', r.meta::json ->> 'key') is distinct from (p_tenant, k.workflow, k.key);
    delete from millrace.run_aliases a using unnest(p_ids, p_metas) u (id, meta) join millrace.runs r on r.id = u.id
    where u.id = any (v_taken) and a.tenant_id = p_tenant and a.alias = (u.meta::json ->> 'id')::uuid and a.run_id = u.id
      and (r.tenant_id, (r.meta::json ->> 'id')::uuid) is distinct from (p_tenant, a.alias);
  end if;
  return v_taken;
end $$;

comment on function millrace.judge_ids(int, bigint[], int[], text[], text[], bigint[]) is 'Of starts whose ids were there before, those that are another run''s.';
revoke execute on function millrace.judge_ids(int, bigint[], int[], text[], text[], bigint[]) from public;
