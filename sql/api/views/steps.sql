-- steps: the steps that runs have come to, as they are now: one row for each step of a run, made of its journal. To be asked for single
-- runs: ?run_id=eq.…&order=first_seq. A step that is at work for the first time has no row yet; runs.current_step_id has a wait.
create or replace view api.steps with (security_invoker = true) as
select h.run_id, h.step_id, (array_agg(h.kind order by h.seq))[1] as kind, (array_agg(h.status order by h.seq desc))[1] as status,
       max(h.attempt) as attempts, (array_agg(h.output order by h.seq desc))[1] as output,
       (array_agg(h.failure order by h.seq desc))[1] as failure, (array_agg(h.child_id order by h.seq desc))[1] as child_id,
       min(h.seq) as first_seq, min(h.at) as first_at, max(h.at) as last_at
from api.run_history h
where h.kind in ('step', 'wait', 'timer', 'child', 'undo') and h.step_id <> ''
group by h.run_id, h.step_id;

comment on view api.steps is 'The steps of the runs of your tenant, with their last status, output and failure.';
