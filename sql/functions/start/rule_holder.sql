-- rule_holder: the run that stands for a start by a rule, because it is alive and not being undone (singleton: no step of it begins any
-- more), was started less than a period ago (throttle) or waits for its begin (debounce; batch, if it has room, and 1 MiB is not full);
-- null if there is none. The caller holds the key.
--   p_bytes  of the input of the start    p_made  runs that are about to be made by this very call
create or replace function millrace.rule_holder(
  p_tenant int, p_workflow text, p_rule text, p_body jsonb, p_bytes int, p_made bigint[], p_now timestamptz) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select k.run_id from millrace.start_keys k
  where k.tenant_id = p_tenant and k.workflow = p_workflow and k.rule = p_rule and k.key = millrace.start_key(p_body -> 'key')
    and (p_rule <> 'batch' or k.inputs < (p_body ->> 'size')::int and k.bytes + p_bytes <= 1048576)
    and (k.run_id = any (p_made)
         or p_rule = 'throttle' and (  -- by the time that the run tells; one that is to come is of a clock that was put back since
           select abs(extract(epoch from p_now - r.created_at)) * 1000 < (p_body ->> 'period_ms')::bigint
           from millrace.runs r where r.id = k.run_id)
         or p_rule <> 'throttle' and (
           select case when p_rule = 'singleton' then l.undo is distinct from 'b'
                  else l.state in ('w', 'p') and l.wait_keys = '{~start}' and l.wait_until[1] > p_now end
           from millrace.live l where l.run_id = millrace.last_of_chain(k.run_id) and l.task = 0))
$$;

comment on function millrace.rule_holder(int, text, text, jsonb, int, bigint[], timestamptz) is 'The run that stands for a start by a rule.';
revoke execute on function millrace.rule_holder(int, text, text, jsonb, int, bigint[], timestamptz) from public;
