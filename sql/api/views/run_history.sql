-- run_history: what happened to runs, an entry for each row of a journal, as get_timeline tells of one run. To be asked for single runs:
-- ?run_id=eq.…&order=seq.
create or replace view api.run_history with (security_invoker = true) as
select j.run_id::millrace.run_ref as run_id, j.seq,
       case when j.kind = 'k' or j.off then regexp_replace(j.name, '~(skipped|off)(?=\[|$)', '') else coalesce(j.name, '') end as step_id,
       case when j.off then 'control' when j.kind in ('r', 'e', 'f', 'k') then 'step' when j.kind in ('b', 'i', 'n') then 'undo'
            when j.kind = 't' then 'timer' when j.child is not null then 'child' when j.kind in ('g', 'o') then 'wait'
            else 'control' end as kind,
       case when j.child is not null and j.kind = 'g'
            then case j.data::json ->> 'status' when 'c' then 'completed' when 'f' then 'failed' else 'cancelled' end
            when j.kind in ('e', 'f', 'h', 'd', 'i') then 'failed' when j.kind in ('c', 'u', 'b', 'w') then 'running'
            when j.kind = 'p' then 'paused' when j.kind = 'x' then 'cancelled' when j.kind = 'k' then 'skipped'
            else 'completed' end as status,
       (1 + count(*) filter (where j.kind in ('e', 'h', 'i')) over (
          partition by j.run_id::millrace.run_ref, j.name, j.kind in ('i', 'n') order by j.seq
          rows between unbounded preceding and 1 preceding))::int as attempt,
       case when j.child is not null and j.kind = 'g' then case j.data::json ->> 'status' when 'c' then j.data::json -> 'output' end
            when j.kind = 'g' then millrace.event_output(j.data) when j.kind in ('r', 'm', 's', 'l') then j.data::json end as output,
       case when j.child is not null and j.kind = 'g' then case j.data::json ->> 'status' when 'f' then j.data::json -> 'output' end
            when j.kind in ('e', 'f', 'h', 'i') then j.data::json
            when j.kind in ('p', 'b', 'k') then nullif((j.data::json -> 'failure')::text, 'null')::json end as failure,
       j.at, case when j.kind in ('p', 'u', 'x', 'v', 'b') then j.data::json ->> 'by' end as by,
       case when j.kind in ('p', 'x', 'b', 'k') then j.data::json ->> 'reason' end as reason,
       j.child::uuid as child_id
from (select x.*, x.kind = 'r' and x.name ~ '~off(\[|$)' as off,
             case x.kind when 'c' then x.data::json ->> 'id'
                         when 'g' then (select c.data::json ->> 'id' from millrace.checkpoints c
                                        where c.run_id = x.run_id and c.seq < x.seq and c.kind = 'c' and c.name = x.name
                                        order by c.seq desc limit 1) end as child
      from millrace.run_journal x) j;

comment on view api.run_history is 'What happened to the runs of your tenant, in order: attempts, errors, waits, pauses.';
