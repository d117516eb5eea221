-- start_children: starts the children that parents ask for in the call that writes it into their journals: both or neither.
-- Those that are not abandoned (parent_close of their meta) end with their parents: see close_children.
--   p_only      the parents whose fence holds; null: all     p_children  [{parent, id, route, delay_ms, input, meta}]
--   p_runs, p_ops  of the call: a parent may end in it
-- Returns: the parents that end in this call, whose live rows do not say any more that they have children.
-- Raises: MR010 if the id that a parent chose for its child belongs to another run.
drop function if exists millrace.start_children(int, bigint[], json);
create or replace function millrace.start_children(p_tenant int, p_only bigint[], p_children json, p_runs bigint[], p_ops "char"[])
returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_ids  bigint[];
  v_used record;
begin
  select array_agg((c ->> 'id')::bigint) into v_ids from json_array_elements(p_children) c
  where p_only is null or (c ->> 'parent')::bigint = any (p_only);
  if v_ids is null then
    return null;
  end if;
  select s.* into v_used
  from (select array_agg((c ->> 'id')::bigint) as ids, array_agg((c ->> 'route')::int) as routes,
               array_agg((c ->> 'delay_ms')::bigint) as delays, array_agg(c ->> 'input') as inputs, array_agg(c ->> 'meta') as metas
        from json_array_elements(p_children) c where (c ->> 'id')::bigint = any (v_ids)) a,
  lateral millrace.start_runs(p_tenant, a.ids, a.routes, a.delays, a.inputs, a.metas) s where s.verdict <> 'm' limit 1;
  if found then
    perform millrace.fail('MR010', 'The run id chosen for a child belongs to another run.',
      'Leave runId out, or choose one that is not taken.', json_build_object('existing', millrace.run_uuid(v_used.existing)));
  end if;
  insert into millrace.children (parent_id, run_id, tenant_id)
  select (c ->> 'parent')::bigint, (c ->> 'id')::bigint, p_tenant
  from json_array_elements(p_children) c
  where (c ->> 'id')::bigint = any (v_ids) and (c ->> 'meta')::json ->> 'parent_close' in ('cancel', 'wait')
    and exists (select from millrace.live l where l.run_id = (c ->> 'id')::bigint)  -- sent again, it may have ended
  on conflict on constraint children_pkey do nothing;
  -- the end of a parent looks for children only where there are some
  update millrace.live l set buffered = coalesce(l.buffered, 0)
  where l.run_id = any (array(select (c ->> 'parent')::bigint from json_array_elements(p_children) c
                              where (c ->> 'id')::bigint = any (v_ids)))
    and l.task = 0 and l.buffered is null;
  return array(
    select u.id from unnest(p_runs, p_ops) u (id, op)
    where u.op in ('c', 'f') and (p_only is null or u.id = any (p_only))
      and u.id in (select (c ->> 'parent')::bigint from json_array_elements(p_children) c));
end $$;

comment on function millrace.start_children(int, bigint[], json, bigint[], "char"[]) is 'Starts children in the transaction that writes it into their parents'' journals.';
revoke execute on function millrace.start_children(int, bigint[], json, bigint[], "char"[]) from public;
