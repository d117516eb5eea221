-- set_output: writes into the journal of a new run (a fork) that a step gave this output.
-- Raises: MR001 for a wait for all of several whose output is not an object with the message of each.
--   p_kind  what the step is (fork_place): a wait got it as its message; a child, which is the other run's, completed with it
create or replace function millrace.set_output(p_tenant int, p_from bigint, p_run bigint, p_step text, p_kind "char", p_output text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_now timestamptz := millrace.clock();
  v_seq int := (select l.seq from millrace.live l where l.run_id = p_run and l.task = 0);
begin
  if p_kind = 'l' and jsonb_typeof(p_output::jsonb) <> 'object' then
    perform millrace.fail('MR001', format('Step "%s" waits for all of several messages, and was given %s.', p_step, left(p_output, 100)),
      'Give it an object with the message of each: {"a": 1, "b": 2}.', json_build_object('from_step', p_step));
  end if;
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
  select p_run, v_now, v_seq + (row_number() over (order by x.i))::int - 1, p_tenant, x.kind, coalesce(x.name, p_step), x.data
  from (select 1 as i, c.kind, c.name, c.data from millrace.get_journal(p_from) c where p_kind = 'c' and c.kind = 'c' and c.name = p_step
        union all
        select 1, 'g', p_step || '~' || o.key, o.value::text from jsonb_each(case when p_kind = 'l' then p_output::jsonb end) o
        union all
        select 2, case p_kind when 'r' then 'r' else 'g' end::"char", null,
               case p_kind when 'c' then format('{"status":"c","output":%s}', p_output) else p_output end
        where p_kind <> 'l') x;
  update millrace.live l set seq = (select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = p_run)
  where l.run_id = p_run and l.task = 0;
  perform millrace.tell(array[p_run], array[v_seq]);
end $$;

comment on function millrace.set_output(int, bigint, bigint, text, "char", text) is 'Writes into the journal of a fork what a step gave.';
revoke execute on function millrace.set_output(int, bigint, bigint, text, "char", text) from public;
