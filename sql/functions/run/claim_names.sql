-- claim_names: takes the idempotency keys and the callers' own ids of a start, in order, so that two starts with the same
-- ones wait for each other and never deadlock. Returns the runs that must not be started, because another has the name.
-- Locks: rows of run_keys and run_aliases, ascending.
create or replace function millrace.claim_names(p_tenant int, p_ids bigint[], p_metas text[]) returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_skip bigint[];
begin
  insert into millrace.run_keys (tenant_id, workflow, key, run_id)
  select p_tenant, u.meta::json ->> 'workflow', u.meta::json ->> 'key', u.id
  from unnest(p_ids, p_metas) u (id, meta) where u.meta::json ->> 'key' is not null
  order by 2, 3, 4
  on conflict on constraint run_keys_pkey do nothing;

  insert into millrace.run_aliases (tenant_id, alias, run_id)
  select p_tenant, (u.meta::json ->> 'id')::uuid, u.id
  from unnest(p_ids, p_metas) u (id, meta) where u.meta::json ->> 'id' is not null
  order by 2, 3
  on conflict on constraint run_aliases_pkey do nothing;

  -- one look-up for each: what exists might be answered from a hash of the whole table
  select array_agg(distinct u.id) into v_skip from unnest(p_ids, p_metas) u (id, meta)
  where (select k.run_id from millrace.run_keys k where k.tenant_id = p_tenant and k.workflow = u.meta::json ->> 'workflow'
         and k.key = u.meta::json ->> 'key') <> u.id
     or (select a.run_id from millrace.run_aliases a where a.tenant_id = p_tenant and a.alias = (u.meta::json ->> 'id')::uuid) <> u.id;
  if v_skip is not null then
    perform millrace.release_names(p_tenant, p_ids, p_metas, v_skip);
  end if;
  return v_skip;
end $$;

comment on function millrace.claim_names(int, bigint[], text[]) is 'Takes keys and callers'' ids of a start; returns the runs whose name is taken.';
revoke execute on function millrace.claim_names(int, bigint[], text[]) from public;
