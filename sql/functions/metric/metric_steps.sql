-- metric_steps: how the steps of some runs did, of each run the first 200 rows of its journal. Calls of one step, and items of a map, are
-- one step here. type: of a node, as the document of its workflow says.
-- Returns: a JSON array, the step that failed most first.
create or replace function millrace.metric_steps(p_runs bigint[]) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  with rows as (
    select o.workflow_id as version, j.kind, regexp_replace(j.name, '(#[0-9]+|\[[0-9]+\])+$', '') as step
    from unnest(p_runs) u (id)
    join millrace.runs r on r.id = u.id join millrace.routes o on o.id = r.route_id
    cross join lateral (select g.kind, g.name from millrace.get_journal(u.id) g order by g.seq limit 200) j
    where j.kind in ('r', 'e', 'f') and j.name not like '%~%'),
  counted as (
    select x.version, x.step, count(*) filter (where x.kind <> 'e') as ended, count(*) filter (where x.kind = 'f') as failed,
           count(*) as attempts, count(*) filter (where x.kind <> 'r') as failed_attempts
    from rows x group by x.version, x.step),
  typed as (
    select w.name as workflow, c.step, min(t.type) as type, sum(c.ended)::int as ended, sum(c.failed)::int as failed,
           sum(c.attempts)::int as attempts, sum(c.failed_attempts)::int as failed_attempts
    from counted c join millrace.workflows w on w.id = c.version
    left join lateral (
      select s ->> 'type' as type
      from millrace.workflow_documents d,
      lateral jsonb_array_elements(case when jsonb_typeof(d.document::jsonb -> 'steps') = 'array' then d.document::jsonb -> 'steps'
                                        else '[]' end) s
      where d.workflow_id = c.version and s ->> 'id' = c.step limit 1) t on true
    group by w.name, c.step)
  select coalesce(jsonb_agg(jsonb_build_object(
    'workflow_id', t.workflow, 'step_id', t.step, 'type', t.type, 'ended', t.ended, 'failed', t.failed,
    'rate', round(t.failed::numeric / greatest(t.ended, 1), 4), 'attempts', t.attempts, 'failed_attempts', t.failed_attempts)
    order by t.failed desc, t.failed_attempts desc, t.workflow, t.step), '[]')
  from (select * from typed order by failed desc, failed_attempts desc, workflow, step limit 500) t
$$;

comment on function millrace.metric_steps(bigint[]) is 'How the steps of some runs did, as JSON.';
revoke execute on function millrace.metric_steps(bigint[]) from public;
