-- continue_runs: starts the runs as which others continue (step.continueAsNew), in the call that ends those: both or neither. The owner has
-- drawn their ids, so the same call again is the same successors. A successor gets
--   the attributes: those that are filled from the input anew, the others as they are now
--   the time that is left of the run's time-out: it is that of the whole chain
--   the messages that no wait has taken; and the ids of those that its predecessor took: one that is sent again counts once
--   the place among the children that end with their parent; the pause that was asked for
-- Called before the end of the old runs, for what they leave behind.
--   p_only  the runs whose fence holds; null: all    p_successors  [{run, id, route, input, meta}]
-- Raises: MR010 if an id belongs to another run. Locks: none, the caller holds the live rows.
create or replace function millrace.continue_runs(p_tenant int, p_only bigint[], p_successors json) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := millrace.clock();
  v_new  record;
  v_used record;
begin
  select array_agg(r.id) as runs, array_agg((s ->> 'id')::bigint) as ids, array_agg((s ->> 'route')::int) as routes,
         array_agg(s ->> 'input') as inputs, array_agg(millrace.parent_of(r.meta)) as parents,
         array_agg(millrace.next_meta(r.id, r.meta, (s ->> 'route')::int, s ->> 'meta')) as metas
  into v_new
  from json_array_elements(p_successors) s join millrace.runs r on r.id = (s ->> 'run')::bigint
  where p_only is null or r.id = any (p_only);
  if v_new.ids is null then
    return;
  end if;
  select s.* into v_used from millrace.start_runs(p_tenant, v_new.ids, v_new.routes, null, v_new.inputs, v_new.metas, true) s
  where s.verdict <> 'm' limit 1;
  if found then
    perform millrace.fail('MR010', 'The id that was drawn for a run that continues another belongs to another run.',
      'The database was set back; the run tries again.', json_build_object('existing', millrace.run_uuid(v_used.existing)));
  end if;
  insert into millrace.continuations (run_id, tenant_id, from_run, first_run, nth)
  select u.id, p_tenant, u.run, coalesce(c.first_run, u.run), coalesce(c.nth, 0) + 1
  from unnest(v_new.runs, v_new.ids) u (run, id) left join millrace.continuations c on c.run_id = u.run;
  update millrace.live n
  set timeout_at = o.timeout_at,
      buffered = case when o.buffered is not null then (
        select count(*) from millrace.signals g where g.run_id = o.run_id and g.taken is null and g.id !~ '^[$](child|approval):') end
  from unnest(v_new.runs, v_new.ids) u (run, id) join millrace.live o on o.run_id = u.run and o.task = 0
  where n.run_id = u.id and n.task = 0 and (n.timeout_at, n.buffered) is distinct from (o.timeout_at, o.buffered);
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
  select u.id, v_now, 0, p_tenant, 'p', o.ask
  from unnest(v_new.runs, v_new.ids) u (run, id) join millrace.live o on o.run_id = u.run and o.task = 0 where o.ask is not null;
  update millrace.live n set state = 'p', reason = 'p', seq = 1
  from unnest(v_new.runs, v_new.ids) u (run, id) join millrace.live o on o.run_id = u.run and o.task = 0
  where n.run_id = u.id and n.task = 0 and o.ask is not null;
  if found then
    perform millrace.tell(v_new.ids, array_fill(0, array[cardinality(v_new.ids)]));
  end if;
  update millrace.signals g set run_id = u.id, taken = case when g.taken is not null then -1 end
  from unnest(v_new.runs, v_new.ids) u (run, id)
  where g.run_id = u.run and g.id !~ '^[$](child|approval):' and (g.taken is null or g.taken >= 0);
  update millrace.children c set run_id = u.id
  from unnest(v_new.runs, v_new.ids, v_new.parents) u (run, id, parent) where c.parent_id = u.parent and c.run_id = u.run;
end $$;

comment on function millrace.continue_runs(int, bigint[], json) is 'Starts the runs as which others continue, in the call that ends those.';
revoke execute on function millrace.continue_runs(int, bigint[], json) from public;
