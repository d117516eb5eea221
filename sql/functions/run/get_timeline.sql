-- get_timeline: what happened to a run, in order: every attempt of every step with its error, waits, children, pauses.
--   options  tenant, resource_id, after (a seq), limit (1,000). Raises: MR041 if there is no such run.
-- Example: select step_id, status, failure ->> 'message' from millrace.get_timeline('…');
create or replace function millrace.get_timeline(run_id uuid, options jsonb default '{}')
returns table (seq int, step_id text, kind text, status text, attempt int, output json, timed_out boolean, failure json,
               at timestamptz, by text, reason text)
language plpgsql stable security definer set search_path = '' set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.tenant_id(coalesce(options ->> 'tenant', 'default'));
  v_run    bigint := millrace.find_run(v_tenant, get_timeline.run_id, options ->> 'resource_id');
begin
  return query
  select j.seq, coalesce(j.name, ''),
         case when j.kind in ('r', 'e', 'f') then 'step' when j.kind = 't' then 'timer' when j.kind = 'c' or j.child then 'child'
              when j.kind in ('g', 'o') then 'wait' else 'control' end,
         case j.kind when 'e' then 'failed' when 'f' then 'failed' when 'h' then 'failed' when 'd' then 'failed' when 'c' then 'running'
              when 'p' then 'paused' when 'u' then 'running' when 'x' then 'cancelled' else 'completed' end,
         (1 + count(*) filter (where j.kind in ('e', 'h'))
            over (partition by j.name order by j.seq rows between unbounded preceding and 1 preceding))::int,
         case when j.kind in ('r', 'g', 'c') then j.data::json end,
         j.kind = 'o',
         case when j.kind in ('e', 'f', 'h') then j.data::json
              when j.kind = 'd' then json_build_object('code', 'MR055', 'name', 'LeaseLostError', 'stepId', null, 'attempt', 1,
                'message', format('Worker %s died while it held the run.', j.data::json ->> 'worker'), 'stack', null, 'fingerprint', 'died')
              when j.kind = 'p' then j.data::json -> 'failure' end,
         j.at, case when j.kind in ('p', 'u', 'x') then j.data::json ->> 'by' end,
         case when j.kind in ('p', 'x') then j.data::json ->> 'reason' end
  from (select g.*, bool_or(g.kind = 'c') over (partition by g.name order by g.seq) and g.kind = 'g' as child
        from millrace.get_journal(v_run) g) j
  where j.seq > coalesce((options ->> 'after')::int, -1)
  order by j.seq limit least(coalesce((options ->> 'limit')::int, 1000), 10001);
end $$;

comment on function millrace.get_timeline(uuid, jsonb) is 'What happened to a run, in order: attempts, errors, waits, pauses.';
revoke execute on function millrace.get_timeline(uuid, jsonb) from public;
