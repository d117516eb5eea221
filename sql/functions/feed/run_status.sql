-- run_status: the status of a run as a letter, as run_details has it: p pending · r running · w waiting · z paused · c completed ·
-- f failed · x cancelled. Null: there is no such run.
create or replace function millrace.run_status(p_run bigint) returns "char"
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select coalesce(
    (select o.status from millrace.outcomes o where o.run_id = p_run),
    (select case when l.undo = 'b' and l.state <> 'p' or l.state = 'l' then 'r'
                 when l.state = 'w' then case when l.wait_keys = '{~start}' then 'p' else 'w' end
                 when l.state = 'p' then 'z'
                 when l.seq > 0 and (select true from millrace.checkpoints c where c.run_id = p_run and c.kind not in ('p', 'u', 'v')
                                     order by c.seq limit 1) then 'r'
                 else 'p' end::"char"
     from millrace.live l where l.run_id = p_run and l.task = 0))
$$;

comment on function millrace.run_status(bigint) is 'The status of a run, as a letter.';
revoke execute on function millrace.run_status(bigint) from public;
