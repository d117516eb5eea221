-- work_entities: moves the instances of machines whose time has come (after), of all tenants; any worker calls it. They move as by
-- transition, with their guards and actions, as millrace:timer, which has no roles. Never before millrace.clock() says so.
-- Those of a tenant are moved together; should that fail, one by one, and one that fails alone comes due again later, as one that its
-- guards refuse (move_due): it holds up no other. So does one for which somebody's transaction holds what its actions need.
-- Those of suspended tenants rest until resume_tenant.
--   p_most  instances at a time
-- Returns: milliseconds until the next is due, at most a day, 0 for now; null if there is none.
-- Locks: the instances, skipping locked ones; then as execute_transitions, waiting for no row longer than 50 ms.
create or replace function millrace.work_entities(p_most int default 100) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now      timestamptz := millrace.clock();
  v_until    timestamptz := clock_timestamp() + interval '500 ms';  -- others wait for what it has moved
  v_patience text := current_setting('lock_timeout');
  v_ids      uuid[];
  v_all      int[];  -- tenants that are suspended, or being deleted
  v_shut     int[];  -- of these the ones that stay so until we have committed
  v_of       record;
  v_id       uuid;
begin
  v_ids := array(select e.id from millrace.entities e where e.due_at <= v_now and (e.timer -> 'rests') is null
                 order by e.due_at limit p_most for update skip locked);
  v_all := array(select t.id from millrace.tenants t
                 where t.id in (select e.tenant_id from millrace.entities e where e.id = any (v_ids))
                   and coalesce(t.suspended_at, t.deleting_at) is not null order by t.id);
  -- a resume that comes meanwhile waits, and wakes them
  v_shut := array(select t.id from millrace.tenants t
                  where t.id = any (v_all) and coalesce(t.suspended_at, t.deleting_at) is not null order by t.id for share skip locked);
  if v_all <> v_shut then  -- somebody is at one of these tenants: its instances are looked at again when that is over
    v_ids := array(select e.id from millrace.entities e where e.id = any (v_ids)
                     and (e.tenant_id <> all (v_all) or e.tenant_id = any (v_shut)) order by e.due_at);
  end if;
  if v_shut <> '{}' then
    update millrace.entities e set timer = coalesce(e.timer, '{}') || '{"rests": true}'
    where e.id = any (v_ids) and e.tenant_id = any (v_shut);
  end if;
  perform set_config('lock_timeout', '50', true);
  for v_of in
    select e.tenant_id as tenant, array_agg(e.id order by e.id) as ids from millrace.entities e
    where e.id = any (v_ids) and e.tenant_id <> all (v_shut) group by 1 order by min(e.due_at)
  loop
    exit when clock_timestamp() > v_until;
    begin
      perform millrace.move_due(v_of.tenant, v_of.ids, v_now);
    exception when query_canceled or others then
      foreach v_id in array v_of.ids loop
        exit when clock_timestamp() > v_until;
        begin
          perform millrace.move_due(v_of.tenant, array[v_id], v_now);
        exception when query_canceled or others then
          update millrace.entities e
          set due_at = v_now + interval '1 s' * case when sqlstate ~ '^(40|55|57)' then least(2 ^ least(x.tries, 20), 60)
                                                     else least(10 * 2 ^ least(x.tries, 20), 3600) end,
              timer = jsonb_build_object('tries', x.tries + 1, 'at', v_now, 'code', sqlstate, 'problem', left(sqlerrm, 2000))
          from (select coalesce((o.timer ->> 'tries')::int, 0) as tries from millrace.entities o where o.id = v_id) x
          where e.id = v_id;
        end;
      end loop;
    end;
  end loop;
  perform set_config('lock_timeout', v_patience, true);  -- not for the commit: its notification waits for others in its turn
  perform millrace.hint() where v_ids <> '{}';  -- when the next is due an idle worker hears with its next claim
  v_now := millrace.clock();
  return (select case when e.due_at <= v_now then case when v_ids = '{}' then 100 else 0 end  -- somebody is at it
                      else least(ceil(extract(epoch from e.due_at - v_now) * 1000), 86400000) end
          from millrace.entities e where e.due_at is not null and (e.timer -> 'rests') is null order by e.due_at limit 1);
end $$;

comment on function millrace.work_entities(int) is 'Moves the instances of machines whose time has come.';
revoke execute on function millrace.work_entities(int) from public;
