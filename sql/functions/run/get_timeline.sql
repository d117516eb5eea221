-- get_timeline: what happened to a run, in order: every attempt of every step with its error, waits, children, pauses. Where its steps
-- were undone, an entry of kind undo for the begin of that (without a step), and for each attempt.
-- A step that was skipped has one of status skipped, with skip_reason: condition_unmet, handler_failed (and its failure) or
-- dependency_skipped. That x failed and the run goes on without it has a row of its own in the journal, x~skipped: here it is an entry
-- of x, as is that what lost in race x was called off (x~off), of kind control. x~delay is the wait before x begins, x~timeout that for
-- its end.
--   options  tenant, resource_id, after (a seq), limit (1,000). Raises: MR041 if there is no such run.
-- Example: select step_id, status, failure ->> 'message' from millrace.get_timeline('…');
drop function if exists millrace.get_timeline(uuid, jsonb);
create or replace function millrace.get_timeline(run_id uuid, options jsonb default '{}')
returns table (seq int, step_id text, kind text, status text, attempt int, output json, timed_out boolean, failure json,
               at timestamptz, by text, reason text, child_id uuid, skip_reason text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_timeline', options, '{"resource_id": "text", "after": "seq", "limit": "whole"}');
  v_run    bigint := millrace.find_run(v_tenant, get_timeline.run_id, options ->> 'resource_id');
begin
  return query
  select j.seq, case when j.kind = 'k' or j.off then regexp_replace(j.name, '~(skipped|off)(?=\[|$)', '')
                     else coalesce(j.name, '') end,
         case when j.off then 'control' when j.kind in ('r', 'e', 'f', 'k') then 'step' when j.kind in ('b', 'i', 'n') then 'undo'
              when j.kind = 't' then 'timer' when j.kind = 'c' or j.child then 'child'
              when j.kind in ('g', 'o') then 'wait' else 'control' end,
         case when j.child then case j.data::json ->> 'status' when 'c' then 'completed' when 'f' then 'failed' else 'cancelled' end
              when j.kind in ('e', 'f', 'h', 'd', 'i') then 'failed' when j.kind in ('c', 'u', 'b', 'w') then 'running'
              when j.kind = 'p' then 'paused' when j.kind = 'x' then 'cancelled' when j.kind = 'k' then 'skipped' else 'completed' end,
         (1 + count(*) filter (where j.kind in ('e', 'h', 'i')) over (
            partition by j.name, j.kind in ('i', 'n') order by j.seq rows between unbounded preceding and 1 preceding))::int,
         case when j.child then case j.data::json ->> 'status' when 'c' then j.data::json -> 'output' end
              when j.kind = 'g' then millrace.event_output(j.data) when j.kind in ('r', 'm', 's', 'l') then j.data::json end,
         j.kind = 'o' or j.kind = 't' and j.name ~ '~timeout(\[|$)',
         case when j.child then case j.data::json ->> 'status' when 'f' then j.data::json -> 'output' end
              when j.kind in ('e', 'f', 'h', 'i') then j.data::json
              when j.kind = 'd' then json_build_object('code', 'MR055', 'name', 'LeaseLostError', 'stepId', null, 'attempt', 1,
                'message', format('Worker %s died while it held the run.', j.data::json ->> 'worker'), 'stack', null, 'fingerprint', 'died')
              when j.kind in ('p', 'b', 'k') then nullif((j.data::json -> 'failure')::text, 'null')::json end,
         j.at, case when j.kind in ('p', 'u', 'x', 'v', 'b') then j.data::json ->> 'by' end,
         case when j.kind in ('p', 'x', 'b') then j.data::json ->> 'reason'
              when j.kind = 'a' then 'its steps can be undone' when j.off then 'what lost there was called off'
                    when j.kind = 'z' then format('continued as run %s', j.data::json ->> 'id')
                    when j.kind = 'w' then format('its history has %s of %s rows', j.data::json ->> 'rows', j.data::json ->> 'limit')
                    when j.kind = 'v' then format('moved from version %s to %s', j.data::json ->> 'from', j.data::json ->> 'to') end,
         case when j.kind in ('c', 'g') then j.child_id end, case when j.kind = 'k' then j.data::json ->> 'reason' end
  from (select x.*, x.child_id is not null and x.kind = 'g' as child, x.kind = 'r' and x.name ~ '~off(\[|$)' as off
        from (select g.*, (max(case when g.kind = 'c' then g.data::json ->> 'id' end) over (partition by g.name order by g.seq))::uuid
                          as child_id
              from millrace.get_journal(v_run) g) x) j
  where j.seq > coalesce((options ->> 'after')::int, -1)
  order by j.seq limit greatest(least(coalesce((options ->> 'limit')::int, 1000), 10001), 1);
end $$;

comment on function millrace.get_timeline(uuid, jsonb) is 'What happened to a run, in order: attempts, errors, waits, pauses.';
revoke execute on function millrace.get_timeline(uuid, jsonb) from public;
