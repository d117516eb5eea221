-- end_runs: what follows when runs end: outcome, buffer emptied, parents told, waiting clients notified.
-- The caller has deleted their live rows, and holds those of the parents. Locks: rows of schedules, skipping locked ones (whoever holds
-- one sees to it that it is looked at again).
--   p_only  the runs that are meant; null: all     p_ops  c completed, f failed, x cancelled; others are passed over
--   p_heard  of these the runs that were sent messages, asked people,
--            waited for events, or started children
--            (live.buffered is not null), or null: to look for those of every run
--            costs a run that has none a twentieth of all that Postgres does for it
drop function if exists millrace.end_runs(int, bigint[], bigint[], "char"[], text[], text[], bigint[], timestamptz);
create or replace function millrace.end_runs(
  p_tenant int, p_only bigint[], p_runs bigint[], p_ops "char"[], p_tails text[], p_outputs text[], p_parents bigint[],
  p_heard bigint[], p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_child record;
begin
  insert into millrace.outcomes (run_id, at, tenant_id, status, tail, output)
  select u.id, p_now, p_tenant, u.op, u.tail, u.output
  from unnest(p_runs, p_ops, p_tails, p_outputs) u (id, op, tail, output)
  where u.op in ('c', 'f', 'x') and (p_only is null or u.id = any (p_only));

  if p_heard is not null then
    delete from millrace.signals g where g.run_id = any (p_heard);
    delete from millrace.event_waits w where w.run_id = any (p_heard);
    perform millrace.leave_behind(p_heard, p_now);
  end if;

  if exists (select from millrace.schedules s where s.waits_for is not null) then  -- times of a schedule may wait for one of them
    update millrace.schedules u set wake_at = p_now
    where u.id in (select s.id from millrace.schedules s
                   where s.waits_for = any (array(select e.id from unnest(p_runs, p_ops) e (id, op) where e.op in ('c', 'f', 'x')))
                     and s.paused_at is null order by s.id for update skip locked);
    if found then
      perform millrace.hint();
    end if;
  end if;

  if array_remove(p_parents, null) <> '{}' then
    delete from millrace.children c using unnest(p_runs, p_ops, p_parents) u (id, op, parent)
    where c.parent_id = u.parent and c.run_id = u.id and u.op in ('c', 'f', 'x') and (p_only is null or u.id = any (p_only));
    for v_child in
      select u.*, '$child:' || millrace.first_of_chain(u.id) as name
      from unnest(p_runs, p_ops, p_outputs, p_parents) u (id, op, output, parent)
      where u.op in ('c', 'f', 'x') and u.parent is not null and (p_only is null or u.id = any (p_only)) order by u.parent, u.id
    loop
      perform millrace.put_signal(p_tenant, v_child.parent, v_child.name, v_child.name,
        format('{"status":"%s"%s}', v_child.op, ',"output":' || v_child.output), p_now);  -- without output where it is undefined
    end loop;
  end if;

  if exists (select from millrace.watchers w where w.tenant_id = p_tenant) then
    -- at most 350 ids of 20 digits in each: a payload over 8,000 bytes would abort the transaction
    perform pg_notify('millrace:ended', string_agg(u.id::text, ','))
    from (select u.id, (row_number() over () - 1) / 350 as part from unnest(p_runs, p_ops) u (id, op)
          where u.op in ('c', 'f', 'x') and (p_only is null or u.id = any (p_only))) u
    group by u.part;
  end if;
end $$;

comment on function millrace.end_runs(int, bigint[], bigint[], "char"[], text[], text[], bigint[], bigint[], timestamptz) is
  'What follows when runs end: outcome, buffer emptied, parents told, clients notified.';
revoke execute on function millrace.end_runs(int, bigint[], bigint[], "char"[], text[], text[], bigint[], bigint[], timestamptz) from public;
