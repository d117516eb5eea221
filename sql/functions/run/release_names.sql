-- release_names: gives back the keys and callers' ids that starts took which make no run: a start that lost one of its two names must
-- not keep the other, nor one that another run stands for.
create or replace function millrace.release_names(p_tenant int, p_ids bigint[], p_metas text[], p_skip bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  delete from millrace.run_keys d where d.ctid = any (array(
    select (select k.ctid from millrace.run_keys k where k.tenant_id = p_tenant and k.workflow = u.meta::json ->> 'workflow'
            and k.key = u.meta::json ->> 'key' and k.run_id = u.id)
    from unnest(p_ids, p_metas) u (id, meta) where u.id = any (p_skip)));
  delete from millrace.run_aliases d where d.ctid = any (array(
    select (select a.ctid from millrace.run_aliases a
            where a.tenant_id = p_tenant and a.alias = (u.meta::json ->> 'id')::uuid and a.run_id = u.id)
    from unnest(p_ids, p_metas) u (id, meta) where u.id = any (p_skip)));
end $$;

comment on function millrace.release_names(int, bigint[], text[], bigint[]) is 'Gives back the keys and ids of starts that make no run.';
revoke execute on function millrace.release_names(int, bigint[], text[], bigint[]) from public;
