-- get_logs: what the handlers of a run logged, the oldest first.
--   options  tenant, resource_id, step_id, level (debug, info, warn or error: that and what is graver), after (an id), limit (100, at
--            most 1,001), last (true: the last lines instead of the first)
-- Returns: dropped: so many lines of the run before this one were lost, because the database was away. Of a run at most the next 10,000
-- lines are looked at. Raises: MR001, MR041 if there is no such run.
-- Example: select at, level, message, fields from millrace.get_logs('…', '{"level": "warn"}');
create or replace function millrace.get_logs(run_id uuid, options jsonb default '{}')
returns table (id text, at timestamptz, level text, step_id text, attempt int, message text, fields json, dropped int)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_logs', options,
    '{"resource_id": "text", "step_id": "text", "level": "text", "after": "text", "limit": "whole", "last": "any"}');
  v_run    bigint := millrace.find_run(v_tenant, get_logs.run_id, options ->> 'resource_id');
  v_levels "char"[] := case coalesce(options ->> 'level', 'debug') when 'debug' then '{d,i,w,e}' when 'info' then '{i,w,e}'
                       when 'warn' then '{w,e}' when 'error' then '{e}' end;
  v_after  bigint;
  v_last   boolean := coalesce(options -> 'last' = 'true', false);
begin
  if v_levels is null then
    perform millrace.fail('MR001', format('There is no level "%s" of logs.', left(options ->> 'level', 100)),
      'Levels are debug, info, warn and error.');
  elsif options ->> 'after' !~ '^[0-9]{1,18}$' then
    perform millrace.fail('MR001', format('"%s" is not the id of a line.', left(options ->> 'after', 100)),
      'Pass the id of the last line that you have.');
  end if;
  v_after := coalesce((options ->> 'after')::bigint, 0);
  return query
  select x.id::text, x.at, case x.level when 'd' then 'debug' when 'i' then 'info' when 'w' then 'warn' else 'error' end, x.step,
         x.attempt, x.message, x.fields::json, x.dropped
  from (select g.*, row_number() over (order by case when v_last then - g.id else g.id end) as nth
        from ((select * from millrace.logs l where not v_last and l.run_id = v_run and l.id > v_after order by l.id limit 10000)
              union all
              (select * from millrace.logs l where v_last and l.run_id = v_run and l.id > v_after order by l.id desc limit 10000)) g
        where g.level = any (v_levels) and (options ->> 'step_id' is null or g.step = options ->> 'step_id')) x
  where x.nth <= greatest(least(coalesce((options ->> 'limit')::int, 100), 1001), 1)
  order by x.id;
end $$;

comment on function millrace.get_logs(uuid, jsonb) is 'What the handlers of a run logged.';
revoke execute on function millrace.get_logs(uuid, jsonb) from public;
