-- judge_names: for starts whose key or id another run has: is that run what was asked for? Same workflow and same input
-- (same_json); of one that is debounced any input: it has that of the last start.
-- A start may have lost its name to another of the same call that then lost its own other name: existing is null then.
create or replace function millrace.judge_names(p_tenant int, p_ids bigint[], p_inputs text[], p_metas text[], p_skip bigint[])
returns table (run_id bigint, verdict "char", existing bigint)
language sql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select u.id,
         case when r.id is not null and (millrace.same_json(r.input, u.input) or r.meta::jsonb #> '{rules,debounce}' is not null)
                   and w.name = u.meta::json ->> 'workflow' then 'e'
              when k.run_id is null and u.meta::json ->> 'id' is not null then 'i' else 'k' end::"char",
         r.id
  from unnest(p_ids, p_inputs, p_metas) u (id, input, meta)
  left join lateral (select x.run_id from millrace.run_keys x where x.tenant_id = p_tenant and x.workflow = u.meta::json ->> 'workflow'
                     and x.key = u.meta::json ->> 'key' and x.run_id <> u.id limit 1) k on true
  left join lateral (select x.run_id from millrace.run_aliases x
                     where x.tenant_id = p_tenant and x.alias = (u.meta::json ->> 'id')::uuid and x.run_id <> u.id limit 1) a on true
  left join millrace.runs r on r.id = coalesce(k.run_id, a.run_id)
  left join millrace.routes o on o.id = r.route_id
  left join millrace.workflows w on w.id = o.workflow_id
  where u.id = any (p_skip)
$$;

comment on function millrace.judge_names(int, bigint[], text[], text[], bigint[]) is 'Whether the run that has a start''s key or id is what was asked for.';
revoke execute on function millrace.judge_names(int, bigint[], text[], text[], bigint[]) from public;
