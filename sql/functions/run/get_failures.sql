-- get_failures: the dead letters: failed runs that nobody has retried or discarded, and runs that the engine paused, grouped by the
-- fingerprint of their failure; the group whose last run is the newest first.
--   options  tenant, workflow_id, version, queue, resource_id, tags, parent_id, created_after, created_before, fingerprint, run_ids,
--            limit (20, at most 101), after (the sample of a group: the next ones follow)
-- Of failed runs the newest 100,000 are looked at.
-- Returns: for each fingerprint the code and message as in its newest run (sample), how many runs, and when the first and last failed.
-- Example: select fingerprint, count, message from millrace.get_failures('{"workflow_id": "order"}');
create or replace function millrace.get_failures(options jsonb default '{}')
returns table (fingerprint text, code text, message text, count bigint, sample uuid, first_at timestamptz, last_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_filter('get_failures', options, '{"limit": "whole", "after": "uuid"}');
  v_filter jsonb := options - '{tenant,limit,after,statuses}'::text[];
  v_newest bigint := 9223372036854775807;
  v_after  bigint := case when options ->> 'after' is null then v_newest else millrace.find_run(v_tenant, (options ->> 'after')::uuid) end;
  v_failed bigint[];
  v_paused bigint[];
begin
  if v_filter = '{}' then  -- the whole list, without a look at each run
    v_failed := array(select o.run_id from millrace.outcomes o where o.status <> 'c' and o.tenant_id = v_tenant and o.status = 'f'
                      order by o.run_id desc limit 100000);
    v_paused := array(select l.run_id from millrace.live l
                      where l.tenant_id = v_tenant and l.state = 'p' and l.reason in ('c', 'h', 'l', 'u'));
  else
    v_failed := (select f.runs from millrace.find_runs(v_tenant, v_filter || '{"statuses": ["failed"]}', v_newest, false, 100000) f);
    v_paused := (select f.runs from millrace.find_runs(v_tenant, v_filter || '{"statuses": ["paused"]}', v_newest, false, 100000) f);
  end if;
  return query
  select g.fingerprint, g.code, g.message, g.count, millrace.run_uuid(g.newest), g.first_at, g.last_at
  from (
    select x.failure ->> 'fingerprint' as fingerprint, count(*) as count, max(x.run_id) as newest, min(x.at) as first_at,
           max(x.at) as last_at, (array_agg(x.failure ->> 'code' order by x.run_id desc))[1] as code,
           (array_agg(x.failure ->> 'message' order by x.run_id desc))[1] as message
    from (
      select u.run_id, o.output::json as failure, o.at
      from unnest(v_failed) u (run_id) cross join lateral (select o.* from millrace.outcomes o where o.run_id = u.run_id offset 0) o
      where not exists (select from millrace.discards d where d.run_id = u.run_id)
        and not exists (select from millrace.run_keys k where k.tenant_id = v_tenant and k.workflow = '$retry' and k.key = u.run_id::text)
      union all
      select u.run_id, d.failure::json, d.paused_at
      from unnest(v_paused) u (run_id) cross join lateral (select d.* from millrace.run_details d where d.run_id = u.run_id offset 0) d
      where d.reason in ('poison', 'history_mismatch', 'limit', 'undo_failed')) x
    group by 1) g
  where g.newest < v_after order by g.newest desc limit greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
end $$;

comment on function millrace.get_failures(jsonb) is 'Failed runs that nobody has dealt with, grouped by the fingerprint of their failure.';
revoke execute on function millrace.get_failures(jsonb) from public;
