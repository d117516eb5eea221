-- get_runs: runs as JSON, newest first, or by an attribute.
--   options  tenant, workflow_id, version, queue, statuses, resource_id, tags (all of them), parent_id, created_after,
--            created_before, ended_before, fingerprint (of the failure; of failed and paused runs, unless statuses say otherwise),
--            run_ids (at most 1,000), schedule_id, attributes ({name: value}, {name: {gte, gt, lte, lt}}, {name: {in: [value, …]}}),
--            order_by ({attribute, direction}: asc or desc; runs that have the attribute),
--            limit (20, at most 101), after (a run's id: older ones follow), before (newer ones precede); with order_by these are cursors
--            of rows
-- Under a rare filter a page may be short, or a single row without a run, as only so many are looked at (find_runs): go on
-- from its last_seen, until that is null.
-- Returns: run; last_seen; place: with order_by, the cursor of this row.
-- Raises: MR001 for an option it does not know, an attribute that is not declared, or a value of another type; MR041 for a parent that
-- there is not, and a cursor that is nobody's id.
-- Example: select run ->> 'id' from millrace.get_runs('{"workflow_id": "order", "attributes": {"amount": {"gte": 100}}}');
drop function if exists millrace.get_runs(jsonb);
create or replace function millrace.get_runs(options jsonb default '{}') returns table (run json, last_seen text, place text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_order  jsonb := case when jsonb_typeof(options -> 'order_by') <> 'null' then options -> 'order_by' end;
  v_tenant int := millrace.check_filter('get_runs', options, jsonb_build_object('limit', 'whole', 'order_by', 'any',
    'after', case when v_order is null then 'uuid' else 'text' end, 'before', case when v_order is null then 'uuid' else 'text' end));
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
  v_newer  boolean := options ->> 'before' is not null;
  v_cursor text := coalesce(options ->> 'before', options ->> 'after');
  v_bound  bigint := 9223372036854775807;
  v_from   record;
  v_page   record;
  v_found  bigint[];
  v_keys   text[];
  v_last   text;
begin
  perform millrace.check_order(v_order);
  if options ->> 'parent_id' is not null then
    perform millrace.find_run(v_tenant, (options ->> 'parent_id')::uuid);
  end if;
  if v_order is null then
    if v_cursor is not null then
      -- a run that was pruned since is a place all the same
      v_bound := coalesce(millrace.run_number(v_cursor::uuid), millrace.find_run(v_tenant, v_cursor::uuid));
    end if;
    select f.runs, f.bound into v_found, v_bound from millrace.find_runs(v_tenant, options, v_bound, v_newer, v_limit) f;
    v_found := array(select x from unnest(v_found) x order by x desc);
    v_last := millrace.run_uuid(v_bound);
  else
    select r.* into v_from from millrace.read_cursor(v_cursor) r;
    select f.* into v_page from millrace.find_ordered(v_tenant, options, v_order ->> 'attribute',
      (coalesce(v_order ->> 'direction', 'asc') = 'asc') <> v_newer, v_from.key, v_from.run, v_limit) f;
    v_found := array(select f.id from unnest(v_page.runs) with ordinality f (id, i) order by case when v_newer then -f.i else f.i end);
    v_keys := array(select k.key from unnest(v_page.keys) with ordinality k (key, i) order by case when v_newer then -k.i else k.i end);
    v_last := millrace.order_cursor(v_page.from_key, v_page.from_run);
  end if;
  return query
  select j.run, v_last, millrace.order_cursor(v_keys[array_position(v_found, j.run_id)], j.run_id)
  from millrace.run_json(v_tenant, v_found) j;
  if not found and v_last is not null then
    return query select null::json, v_last, null::text;
  end if;
end $$;

comment on function millrace.get_runs(jsonb) is 'Runs as JSON, newest first or by an attribute, with filters and a cursor.';
revoke execute on function millrace.get_runs(jsonb) from public;
