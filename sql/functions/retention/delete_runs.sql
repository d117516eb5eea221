-- delete_runs: takes runs that have ended out of the history, with all that is kept of them.
-- What was keyed by a caller (idempotency keys, ids of their own) may be used again then, and so may the keys of rules of starts.
-- Locks: their rows of runs, ascending, and the rows that it deletes; of start_keys skipping locked ones.
create or replace function millrace.delete_runs(p_tenant int, p_runs bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  perform from millrace.runs r where r.id = any (p_runs) order by r.id for update;  -- whoever copies their history holds them
  delete from millrace.run_labels b
  using millrace.runs r, lateral (select 'r'::"char" as kind, r.meta::json ->> 'resource' as value
                                  union all select 's', r.meta::json ->> 'schedule'
                                  union all select 't', t from json_array_elements_text(r.meta::json -> 'tags') t) x
  where r.id = any (p_runs) and r.meta is not null
    and b.tenant_id = p_tenant and b.kind = x.kind and b.value = x.value and b.run_id = r.id;
  delete from millrace.run_keys k using millrace.runs r
  where r.id = any (p_runs) and r.meta is not null and k.tenant_id = p_tenant
    and k.workflow = r.meta::json ->> 'workflow' and k.key = r.meta::json ->> 'key' and k.run_id = r.id;
  -- what says that it was retried goes with it, but not with its retry: else it would be a failure that nobody has dealt with again
  delete from millrace.run_keys k using millrace.runs r
  where r.id = any (p_runs) and k.tenant_id = p_tenant and k.workflow = '$retry' and k.key = r.id::text;
  delete from millrace.run_keys k using millrace.runs r
  where r.id = any (p_runs) and r.meta is not null and k.tenant_id = p_tenant
    and k.workflow = '$schedule' and k.key = r.meta::json ->> 'tick' and k.run_id = r.id;
  delete from millrace.run_aliases a using millrace.runs r
  where r.id = any (p_runs) and r.meta is not null
    and a.tenant_id = p_tenant and a.alias = (r.meta::json ->> 'id')::uuid and a.run_id = r.id;
  delete from millrace.start_keys d where d.ctid = any (array(
    select y.tid from millrace.runs r, lateral millrace.start_rules(array[r.id], array[r.meta], null) x,
    lateral (select k.ctid as tid from millrace.start_keys k
             where k.tenant_id = p_tenant and k.workflow = x.workflow and k.rule = x.rule and k.key = x.key and k.run_id = r.id
             order by k.rule for update skip locked) y  -- who holds it is about to give it to another run
    where r.id = any (p_runs) and r.meta like '%"rules"%'));
  delete from millrace.run_attributes a where a.run_id = any (p_runs);
  delete from millrace.continuations c where c.run_id = any (p_runs);
  delete from millrace.logs g where g.run_id = any (p_runs);
  delete from millrace.discards d where d.run_id = any (p_runs);
  delete from millrace.checkpoints c where c.run_id = any (p_runs);
  delete from millrace.outcomes o where o.run_id = any (p_runs);
  delete from millrace.runs r where r.id = any (p_runs);
end $$;

comment on function millrace.delete_runs(int, bigint[]) is 'Takes runs that have ended out of the history.';
revoke execute on function millrace.delete_runs(int, bigint[]) from public;
