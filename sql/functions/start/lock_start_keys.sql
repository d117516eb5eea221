-- lock_start_keys: makes the keys of starts that follow rules the caller's until its transaction is over: who starts another with one
-- of them waits for that. A key that nobody had is that of the first of these starts; judge_starts gives it back if it makes no run.
-- Then it locks the runs that these starts may change: which wait for their begin, or are to be replaced, and their parents.
-- Locks: rows of start_keys, ascending; live rows, ascending.
create or replace function millrace.lock_start_keys(p_tenant int, p_ids bigint[], p_metas text[], p_skip bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := millrace.clock();
  v_runs bigint[];
begin
  insert into millrace.start_keys as k (tenant_id, workflow, rule, key, run_id, at)
  select p_tenant, x.workflow, x.rule, x.key, x.id, v_now
  from (select distinct on (r.workflow, r.rule, r.key) r.workflow, r.rule, r.key, r.id
        from millrace.start_rules(p_ids, p_metas, p_skip) r order by r.workflow, r.rule, r.key, r.nth) x
  order by x.workflow, x.rule, x.key
  on conflict on constraint start_keys_pkey do update set at = excluded.at where false;  -- locks the row, and leaves it as it is

  v_runs := array(  -- one look-up for each: joined, all keys of the tenant might be read
    select distinct (select k.run_id from millrace.start_keys k
                     where k.tenant_id = p_tenant and k.workflow = r.workflow and k.rule = r.rule and k.key = r.key)
    from millrace.start_rules(p_ids, p_metas, p_skip) r
    where r.rule in ('debounce', 'batch') or r.rule = 'singleton' and r.body ->> 'on' = 'replace');
  if v_runs <> '{}' then
    perform from millrace.live l
    where l.run_id = any (v_runs || array(select millrace.parent_of(r.meta) from millrace.runs r where r.id = any (v_runs)))
    order by l.run_id, l.task for update;
  end if;
end $$;

comment on function millrace.lock_start_keys(int, bigint[], text[], bigint[]) is 'Makes the keys of starts that follow rules the caller''s.';
revoke execute on function millrace.lock_start_keys(int, bigint[], text[], bigint[]) from public;
