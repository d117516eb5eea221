-- _step_states: how each step of a run is, in their order, from its history (of which the first 10,000 entries are read).
--   created: something that it depends on has not ended · started: it may run · completed · skipped · failed: it made the run fail
create or replace function pgflow._step_states(p_run uuid) returns setof pgflow.step_states
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_run   jsonb := millrace.get_run(p_run)::jsonb;
  v_begin timestamptz := (v_run ->> 'created_at')::timestamptz;
  v_ended jsonb := '{}';  -- by step: when, and how many items its output has
  v_one   record;
  v_row   pgflow.step_states;
begin
  for v_one in
    with t as materialized (
      select x.*, regexp_replace(x.step_id, '\[\d+\]$|~skipped$', '') as slug, substring(x.step_id from '\[(\d+)\]$')::int as item
      from millrace.get_timeline(p_run, '{"limit": 10001}') x where x.kind in ('step', 'wait', 'timer', 'child')),
    done as (select distinct on (t.slug) t.slug, t.at, t.output from t where t.status = 'completed' and t.step_id = t.slug
             order by t.slug, t.seq desc),
    skips as (select distinct on (t.slug) t.slug, t.at, t.skip_reason, t.failure from t where t.status = 'skipped'
              order by t.slug, t.seq desc),
    items as (select t.slug, count(*)::int as n, max(t.at) as at, jsonb_agg(t.output order by t.item) as output
              from t where t.status = 'completed' and t.item is not null group by t.slug),
    tries as (select distinct on (t.slug) t.slug, t.failure from t where t.status = 'failed' order by t.slug, t.seq desc)
    select s.body ->> 'slug' as slug, s.body ->> 'type' as type, array(select jsonb_array_elements_text(s.body -> 'deps')) as deps,
      d.at as done_at, d.output::jsonb as output, k.at as skipped_at, k.skip_reason, i.n as items, i.at as items_at,
      i.output as item_outputs, coalesce(k.failure, f.failure) ->> 'message' as message
    from jsonb_array_elements(pgflow._get_flow_shape(v_run ->> 'workflow_id', v_run ->> 'version') -> 'steps') with ordinality s (body, i)
    left join done d on d.slug = s.body ->> 'slug' left join skips k on k.slug = s.body ->> 'slug'
    left join items i on i.slug = s.body ->> 'slug' left join tries f on f.slug = s.body ->> 'slug'
    order by s.i
  loop
    v_row := null;
    v_row.flow_slug := v_run ->> 'workflow_id';
    v_row.run_id := p_run;
    v_row.step_slug := v_one.slug;
    v_row.created_at := v_begin;
    v_row.remaining_deps := (select count(*) from unnest(v_one.deps) x where not v_ended ? x);
    v_row.initial_tasks := case when v_one.type <> 'map' then 1 when v_one.deps <> '{}' then (v_ended #>> array[v_one.deps[1], 'n'])::int
                                when jsonb_typeof(v_run -> 'input') = 'array' then jsonb_array_length(v_run -> 'input') end;
    v_row.status := case
      when v_one.skipped_at is not null then 'skipped'
      when v_one.done_at is not null or v_one.items = v_row.initial_tasks or v_run ->> 'status' = 'completed' then 'completed'
      when v_run ->> 'status' = 'failed' and regexp_replace(v_run #>> '{failure,stepId}', '\[\d+\]$', '') = v_one.slug then 'failed'
      when v_row.remaining_deps = 0 then 'started' else 'created' end;
    v_row.error_message := v_one.message;
    if v_row.status <> 'created' then
      v_row.started_at := coalesce((select max((v_ended #>> array[x, 'at'])::timestamptz) from unnest(v_one.deps) x), v_begin);
      v_row.remaining_tasks := case v_row.status when 'started' then v_row.initial_tasks - coalesce(v_one.items, 0) else 0 end;
    end if;
    case v_row.status
      when 'completed' then
        v_row.completed_at := coalesce(v_one.done_at, v_one.items_at, (v_run ->> 'completed_at')::timestamptz);
        v_row.output := coalesce(v_one.output, v_one.item_outputs);
      when 'skipped' then
        v_row.skipped_at := v_one.skipped_at;
        v_row.skip_reason := v_one.skip_reason;
        v_row.started_at := null;
      when 'failed' then
        v_row.failed_at := (v_run ->> 'completed_at')::timestamptz;
      else null;
    end case;
    if v_row.status in ('completed', 'skipped') then
      v_ended := v_ended || jsonb_build_object(v_one.slug, jsonb_build_object('at', coalesce(v_row.completed_at, v_row.skipped_at),
        'n', case when jsonb_typeof(v_row.output) = 'array' then jsonb_array_length(v_row.output) end));
    end if;
    return next v_row;
  end loop;
end $$;

comment on function pgflow._step_states(uuid) is 'How each step of a run is.';
revoke execute on function pgflow._step_states(uuid) from public;
