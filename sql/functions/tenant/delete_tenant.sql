-- delete_tenant: deletes a tenant with every row that is its, a batch at a time: call it again, with the place that it gave, until done.
-- From the first call on it is as if the tenant were not there: nobody gets in, nothing of it starts. Where a caller died, begin again
-- without a place. A start of a run that was under way, and is committed after all that (in a long transaction), may leave its run behind.
--   options  cancel: true: also while it has unfinished runs; they end where they are, without undos, and their workers are told that
--            their lease is lost; place; batch (1,000 runs, at most 10,000); by
-- Returns: {done, deleted (rows of this call, counting a run as one), place}. What was done stays in the installation's audit log.
-- Raises: MR001; MR042 if there is none of that slug; MR011 for unfinished runs without cancel, and for "default".
-- Locks: the row of tenants, then as delete_entities, then live rows, ascending, then what it deletes. It waits for those who start or move
-- entities, and for those who define workflows.
-- Example: select millrace.delete_tenant('acme', '{"cancel": true, "by": "ops"}');
create or replace function millrace.delete_tenant(slug text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now    timestamptz := millrace.clock();
  v_batch  int;
  v_place  text := options ->> 'place';
  v_tenant millrace.tenants;
  v_runs   bigint[];
  v_n      bigint := 0;
begin
  perform millrace.check_options('delete_tenant', options - 'tenant',
    '{"cancel": "any", "place": "text", "batch": "whole", "by": "text"}');
  v_batch := greatest(least(coalesce((options ->> 'batch')::int, 1000), 10000), 1);
  select * into v_tenant from millrace.tenants t where t.slug = delete_tenant.slug order by t.id for update;
  if not found then
    perform millrace.fail('MR042', format('There is no tenant "%s".', left(slug, 140)), 'Look at the list of tenants.',
      json_build_object('tenant', left(slug, 140)));
  elsif slug = 'default' then
    perform millrace.fail('MR011', 'The tenant "default" cannot be deleted: clients without a tenant are its.',
      'Suspend it, or prune its runs.', json_build_object('tenant', slug));
  end if;
  if v_tenant.deleting_at is null then
    if options -> 'cancel' is distinct from 'true' then
      perform set_config('enable_seqscan', 'on', true);
      v_n := (select count(*) from millrace.live l where l.tenant_id = v_tenant.id and l.task = 0);
      if v_n > 0 then
        perform millrace.fail('MR011', format('Tenant "%s" has %s unfinished runs.', slug, v_n),
          'Let them end, or say cancel: true.', json_build_object('tenant', slug, 'live', v_n));
      end if;
    end if;
    update millrace.tenants t
    set deleting_at = v_now, suspended_at = coalesce(t.suspended_at, v_now), paused_at = coalesce(t.paused_at, v_now)
    where t.id = v_tenant.id;
    perform millrace.append_audit(0, options ->> 'by', 'tenant.delete', slug,
      jsonb_build_object('cancel', coalesce(options -> 'cancel' = 'true', false)));
    return json_build_object('done', false, 'deleted', 0, 'place', null);
  end if;
  if v_place is null then  -- first what starts runs by itself
    v_n := millrace.delete_entities(v_tenant.id, v_batch);
    if v_n > 0 then
      return json_build_object('done', false, 'deleted', v_n, 'place', null);
    end if;
  end if;
  if v_place is null then  -- by route: what is kept of a run is found by its id
    v_runs := array(select r.id from millrace.routes o,
      lateral (select x.id from millrace.runs x where x.route_id = o.id order by x.route_id, x.id limit v_batch) r
      where o.tenant_id = v_tenant.id limit v_batch);
    if cardinality(v_runs) > 0 then
      perform from millrace.live l where l.run_id = any (v_runs) order by l.run_id, l.task for update;
      delete from millrace.live l where l.run_id = any (v_runs);
      perform millrace.delete_runs(v_tenant.id, v_runs);
      return json_build_object('done', false, 'deleted', cardinality(v_runs), 'place', null);
    end if;
  elsif v_place !~ '^[0-9]{1,3}/[0-9]{1,9}$' then
    perform millrace.fail('MR001', format('"%s" is no place of a deletion.', left(v_place, 140)),
      'Give the place of the call before, or none.');
  end if;
  select w.deleted, w.place into v_n, v_place from millrace.sweep_tenant(v_tenant.id, v_place) w;
  if v_place is null then
    delete from millrace.tenants t where t.id = v_tenant.id;
  end if;
  return json_build_object('done', v_place is null, 'deleted', v_n, 'place', v_place);
end $$;

comment on function millrace.delete_tenant(text, jsonb) is 'Deletes a tenant with every row that is its, a batch at a time.';
revoke execute on function millrace.delete_tenant(text, jsonb) from public;
