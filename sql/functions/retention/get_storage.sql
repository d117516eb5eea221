-- get_storage: how much is kept of each workflow: runs, journal rows and bytes of payload. Counted where a table is small, else reckoned
-- from a sample of about 20,000 rows of it.
--   options  tenant, workflow_id
-- Returns: a row for each workflow, the largest first; estimated: from a sample.
-- Example: select workflow_id, pg_size_pretty(bytes) from millrace.get_storage();
create or replace function millrace.get_storage(options jsonb default '{}')
returns table (workflow_id text, runs bigint, live bigint, journal_rows bigint, bytes bigint, estimated boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_storage', options, '{"workflow_id": "text"}');
  v_runs   real := millrace.sample_percent('runs_0');
  v_rows   real := millrace.sample_percent('checkpoints_0');
  v_ends   real := millrace.sample_percent('outcomes_0');
begin
  return query
  with kept as (
    select r.route_id, count(*) * 100 / v_runs as runs, 0 as rows, sum(pg_column_size(r.*)) * 100 / v_runs as bytes
    from millrace.runs r tablesample system (v_runs) where r.tenant_id = v_tenant group by r.route_id
    union all
    select r.route_id, 0, count(*) * 100 / v_rows, sum(pg_column_size(c.*)) * 100 / v_rows
    from millrace.checkpoints c tablesample system (v_rows) join millrace.runs r on r.id = c.run_id
    where c.tenant_id = v_tenant group by r.route_id
    union all
    select r.route_id, 0, 0, sum(pg_column_size(o.*)) * 100 / v_ends
    from millrace.outcomes o tablesample system (v_ends) join millrace.runs r on r.id = o.run_id
    where o.tenant_id = v_tenant group by r.route_id)
  select w.name, round(sum(k.runs))::bigint,
         (select count(*) from millrace.live l join millrace.routes x on x.id = l.route_id join millrace.workflows v on v.id = x.workflow_id
          where v.tenant_id = v_tenant and v.name = w.name and l.task = 0),
         round(sum(k.rows))::bigint, round(sum(k.bytes))::bigint, least(v_runs, v_rows, v_ends) < 100
  from kept k join millrace.routes o on o.id = k.route_id join millrace.workflows w on w.id = o.workflow_id
  where w.name = coalesce(options ->> 'workflow_id', w.name)
  group by w.name order by 5 desc;
end $$;

comment on function millrace.get_storage(jsonb) is 'How much is kept of each workflow.';
revoke execute on function millrace.get_storage(jsonb) from public;
