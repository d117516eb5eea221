-- fill_batches: puts the inputs of starts behind those of the batches that they came into, which wait for their begin; one that is full
-- begins now. The caller holds their keys and live rows.
-- Each call writes the inputs of a batch anew. A row for each would be put together by each lease and each look.
--   p_inputs  each an array of one    p_judged  [[start, verdict, run]], of judge_starts; b and w are meant
-- Transitions: waiting -> queued.
create or replace function millrace.fill_batches(p_ids bigint[], p_inputs text[], p_judged jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_batch record;
  v_full  boolean := false;
begin
  for v_batch in
    select j.run, string_agg(left(substr(u.input, 2), -1), ',' order by u.i) as inputs, bool_or(j.verdict = 'w') as is_full
    from (select (x ->> 0)::bigint as id, x ->> 1 as verdict, (x ->> 2)::bigint as run from jsonb_array_elements(p_judged) x
          where x ->> 1 in ('b', 'w')) j
    join unnest(p_ids, p_inputs) with ordinality u (id, input, i) on u.id = j.id
    group by j.run order by j.run
  loop
    update millrace.runs r set input = format('%s,%s]', left(r.input, -1), v_batch.inputs) where r.id = v_batch.run;
    if v_batch.is_full then
      v_full := true;
      perform millrace.wake(v_batch.run, 0, l.seq, '{~start}') from millrace.live l where l.run_id = v_batch.run and l.task = 0;
    end if;
  end loop;
  if v_full then
    perform millrace.hint();
  end if;
end $$;

comment on function millrace.fill_batches(bigint[], text[], jsonb) is 'Puts the inputs of starts into the batches that they came into.';
revoke execute on function millrace.fill_batches(bigint[], text[], jsonb) from public;
