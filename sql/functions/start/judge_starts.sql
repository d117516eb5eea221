-- judge_starts: what becomes of starts by the rules of their workflows, one after the other: a later one of the call meets those before it.
-- Returns: a row for each start that is not simply made: e = existing stands for it; d = so it does, and shall have its input; b = so it
-- does, and shall have its input beside those it has, w = and is full then; r = it is refused, as existing is alive; x = it is made, and
-- existing is to be cancelled; f = a child that is made to fail, as existing is alive.
-- A start that is sent again is what it was: its run is there, or its id is among the merged ones.
-- Locks: as lock_start_keys; rows of merged_starts that are a day old, skipping locked ones.
create or replace function millrace.judge_starts(p_tenant int, p_ids bigint[], p_inputs text[], p_metas text[], p_skip bigint[])
returns table (run_id bigint, verdict "char", existing bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now   timestamptz;
  v_start record;
  v_rule  text;
  v_other bigint;
  v_told  "char";
  v_bytes int;
  v_made  bigint[] := '{}';  -- by this call
  v_known bigint[];          -- were there before,
  v_kept  bigint[] := '{}';  -- and are what is sent again
  v_count int := 0;
begin
  perform millrace.lock_start_keys(p_tenant, p_ids, p_metas, p_skip);
  v_now := millrace.clock();
  v_known := array(select r.id from millrace.runs r where r.id = any (p_ids));
  for v_start in
    select r.nth, r.id, r.workflow, jsonb_object_agg(r.rule, r.body) as rules
    from millrace.start_rules(p_ids, p_metas, p_skip) r group by r.nth, r.id, r.workflow order by r.nth
  loop
    v_count := v_count + 1;
    if v_start.id = any (v_known) then  -- made before; or another's run (judge_ids), which must not have the key by this
      v_kept := v_kept || array(select r.id from millrace.runs r
        where r.id = v_start.id and r.tenant_id = p_tenant and r.meta::jsonb -> 'rules' = v_start.rules);
      continue;
    end if;
    v_other := (select d.run_id from millrace.merged_starts d join millrace.runs r on r.id = d.run_id
                where d.start_id = v_start.id and d.tenant_id = p_tenant);
    v_told := case when v_other is not null then 'e' end;
    v_bytes := coalesce(octet_length(p_inputs[v_start.nth::int]), 4);
    foreach v_rule in array '{batch,throttle,debounce,singleton}'::text[] loop
      continue when v_other is not null or not v_start.rules ? v_rule;
      v_other := millrace.rule_holder(p_tenant, v_start.workflow, v_rule, v_start.rules -> v_rule, v_bytes, v_made, v_now);
      v_told := case when v_other is null then null when v_rule = 'throttle' then 'e' when v_rule = 'debounce' then 'd'
                when v_rule = 'batch' then 'b'
                when v_start.rules #>> '{singleton,on}' = 'join' then 'e' when v_start.rules #>> '{singleton,on}' = 'replace' then 'x'
                when v_start.rules #>> '{singleton,on}' = 'fail' then 'f' else 'r' end;
    end loop;
    if v_told in ('d', 'b') then
      insert into millrace.merged_starts (start_id, tenant_id, run_id, at) values (v_start.id, p_tenant, v_other, v_now)
      on conflict on constraint merged_starts_pkey do update set run_id = excluded.run_id, at = excluded.at;
    end if;
    if v_told = 'b' then
      update millrace.start_keys k set inputs = k.inputs + 1, bytes = k.bytes + v_bytes
      where k.tenant_id = p_tenant and k.workflow = v_start.workflow and k.rule = 'batch' and k.run_id = v_other
        and k.key = millrace.start_key(v_start.rules #> '{batch,key}')
      returning case when k.inputs >= (v_start.rules #>> '{batch,size}')::int then 'w' else 'b' end into v_told;
    elsif v_told is null or v_told = 'x' then
      v_made := v_made || v_start.id;
      for v_rule in select k from jsonb_object_keys(v_start.rules) k loop
        update millrace.start_keys k set run_id = v_start.id, at = v_now, inputs = 1, bytes = v_bytes
        where k.tenant_id = p_tenant and k.workflow = v_start.workflow and k.rule = v_rule
          and k.key = millrace.start_key(v_start.rules -> v_rule -> 'key') and (k.run_id <> v_start.id or v_rule = 'batch');
      end loop;
    end if;
    if v_told is not null then
      return query select v_start.id, v_told, v_other;
    end if;
  end loop;

  if cardinality(v_made) + cardinality(v_kept) < v_count then  -- keys of starts that are none
    delete from millrace.start_keys d where d.ctid = any (array(
      select (select k.ctid from millrace.start_keys k
              where k.tenant_id = p_tenant and k.workflow = r.workflow and k.rule = r.rule and k.key = r.key
                and k.run_id = any (p_ids) and k.run_id <> all (v_made || v_kept))
      from millrace.start_rules(p_ids, p_metas, p_skip) r));
    delete from millrace.merged_starts d where d.start_id = any (array(
      select o.start_id from millrace.merged_starts o where o.at < v_now - interval '1 day'
      order by o.at limit 20 for update skip locked));
  end if;
end $$;

comment on function millrace.judge_starts(int, bigint[], text[], text[], bigint[]) is 'What becomes of starts by the rules of their workflows.';
revoke execute on function millrace.judge_starts(int, bigint[], text[], text[], bigint[]) from public;
