-- start_ticks: starts a run of a schedule for each of these times, as start_workflow would; each knows its schedule and its time.
--   p_first  the number of the first of these runs: the others follow it
--   p_once   a time that has a run already gets no other, whoever started that, and whatever has become of it. It is kept in run_keys,
--            under a name that no workflow can have
-- Returns: made, the number of the last run, null if all had theirs, or the rules of the workflow made none; existing, a run that stands
-- for one of them by these rules; refused, whether by a singleton. The caller holds the schedule's row.
-- Raises: MR001, MR010, MR020, MR040, as start_workflow does.
drop function if exists millrace.start_ticks(millrace.schedules, timestamptz[], bigint, boolean);
create or replace function millrace.start_ticks(
  p_row millrace.schedules, p_ticks timestamptz[], p_first bigint, p_once boolean,
  out made bigint, out existing bigint, out refused boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_meta  jsonb := coalesce(millrace.start_meta(p_row.workflow, p_row.options), '{}')
                   || jsonb_build_object('workflow', p_row.workflow, 'schedule', p_row.name);
  v_route record;
  v_ids   bigint[] := array(select p_first + i - 1 from generate_series(1, cardinality(p_ticks)) i);
  v_keys  text[] := array(select p_row.id || '@' || (extract(epoch from t) * 1000)::bigint from unnest(p_ticks) t);
  v_mine  bigint[] := v_ids;
  v_metas text[];
  v_odd   bigint;
  v_none  bigint[];  -- by the rules of the workflow these made no run
  v_values jsonb;
begin
  select * into v_route from millrace.resolve_route(
    p_row.tenant_id, p_row.workflow, p_row.options ->> 'version', p_row.options ->> 'queue', (p_row.options ->> 'priority')::int);
  if v_meta ->> 'timeout_ms' is null and v_route.definition ->> 'timeout_ms' is not null then
    v_meta := jsonb_set(v_meta, '{timeout_ms}', v_route.definition -> 'timeout_ms');
  end if;
  if v_route.keys is not null then
    v_meta := v_meta || millrace.key_meta(p_row.workflow, v_route.keys, v_route.weight, p_row.input::jsonb);
  end if;
  if v_route.definition ? 'rules' then
    v_meta := v_meta || millrace.rule_meta(p_row.workflow, v_route.definition -> 'rules', p_row.input::jsonb);
  end if;
  v_values := millrace.fill_attributes(v_route.definition -> 'attributes', v_meta -> 'attributes', p_row.input::jsonb);
  if v_values <> '{}' then
    perform millrace.attribute_rows(v_route.route_id, v_values, true);
    v_meta := v_meta || jsonb_build_object('attributes', v_values);
  end if;
  if p_once then
    insert into millrace.run_keys (tenant_id, workflow, key, run_id)
    select p_row.tenant_id, '$schedule', u.key, u.id from unnest(v_keys, v_ids) u (key, id) order by u.key
    on conflict on constraint run_keys_pkey do nothing;
    v_mine := array(select u.id from unnest(v_keys, v_ids) u (key, id)
                    where (select k.run_id from millrace.run_keys k
                           where k.tenant_id = p_row.tenant_id and k.workflow = '$schedule' and k.key = u.key) = u.id
                    order by u.id);
  end if;
  if v_mine = '{}' then
    return;
  end if;
  v_metas := array(
    select (v_meta || jsonb_build_object('scheduled_for', to_char(u.tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
            || case when p_once then jsonb_build_object('tick', u.key) else '{}' end)::text
    from unnest(p_ticks, v_keys, v_ids) u (tick, key, id) where u.id = any (v_mine) order by u.id);
  select min(r.existing) filter (where r.verdict in ('k', 'i')), coalesce(array_agg(r.run_id) filter (where r.verdict in ('r', 'e')), '{}'),
         max(r.existing) filter (where r.verdict in ('r', 'e')), bool_or(r.verdict = 'r')
  into v_odd, v_none, existing, refused
  from millrace.start_runs(
    p_row.tenant_id, v_mine, array_fill(v_route.route_id, array[cardinality(v_mine)]), null,
    array_fill(case when v_route.definition #> '{rules,batch}' is null then p_row.input else '[' || p_row.input || ']' end,
               array[cardinality(v_mine)]), v_metas) r;
  if v_odd is not null then
    perform millrace.fail('MR010', format('The number %s belongs to another run.', v_odd), 'Draw another by take_ids.');
  end if;
  v_mine := array(select u.id from unnest(v_mine) u (id) where u.id <> all (v_none) order by u.id);
  insert into millrace.run_labels (tenant_id, kind, value, run_id)
  select p_row.tenant_id, 's', p_row.name, u.id from unnest(v_mine) u (id) order by u.id
  on conflict do nothing;
  made := v_mine[cardinality(v_mine)];
  if p_once and v_none <> '{}' then  -- no run will ever take their names along when it goes
    delete from millrace.run_keys d where d.ctid = any (array(
      select (select k.ctid from millrace.run_keys k
              where k.tenant_id = p_row.tenant_id and k.workflow = '$schedule' and k.key = u.key and k.run_id = u.id)
      from unnest(v_keys, v_ids) u (key, id) where u.id = any (v_none)));
  end if;
end $$;

comment on function millrace.start_ticks(millrace.schedules, timestamptz[], bigint, boolean) is 'Starts a run of a schedule for each of these times.';
revoke execute on function millrace.start_ticks(millrace.schedules, timestamptz[], bigint, boolean) from public;
