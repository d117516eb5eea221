-- work_bulk: does the next batch of the bulk operation that is due first; any worker calls it. What is done and how far it is are
-- committed together, so a worker that dies in between changes nothing, and no run is done twice.
-- The filter is looked at again: a run that does not match any more is passed over. One for which the verb is refused is counted as
-- failed, with its error, and the others go on. One whose row somebody's open transaction holds is tried again a second later, and then
-- counts as failed. A batch that fails as a whole is tried again, later, so that it does not stand before other operations: half of it
-- (it may have taken too long), down to one run. What that run alone cannot be done to counts as failed too. An operation whose filter
-- cannot be looked at any more (an attribute has another type now) ends there, and says why.
-- Returns: milliseconds until the next batch of any operation is due, 0 for now; null if there is none.
-- Locks: the operation's row, skipping locked ones; then of each run what its verb locks, waiting for no row longer than 300 ms (so
-- that a cancel, which locks parents too, may go against the order of everybody else).
create or replace function millrace.work_bulk() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_now   timestamptz := millrace.clock();
  v_op    millrace.bulk_operations;
  v_runs  bigint[];
  v_bound bigint;
  v_run   bigint;
  v_bad   jsonb;
  v_code  text;
  v_text  text;
begin
  select * into v_op from millrace.bulk_operations b where b.next_at <= v_now order by b.next_at limit 1 for update skip locked;
  if not found then
    return (select greatest(ceil(extract(epoch from b.next_at - v_now) * 1000), 100)  -- another worker is at what is due
            from millrace.bulk_operations b where b.next_at is not null order by b.next_at limit 1);
  end if;
  perform set_config('lock_timeout', '300', true);
  begin
    select f.runs, f.bound into v_runs, v_bound from millrace.find_runs(v_op.tenant_id, v_op.filter, v_op.after_run, true, v_op.batch) f;
    v_op.next_at := v_now + v_op.gap_ms * interval '1 ms';
    foreach v_run in array array(select x from unnest(v_runs) x order by x) loop
      v_bad := millrace.try_verb(v_op, v_run);
      if v_bad ->> 'code' = 'MR090' and v_run is distinct from v_op.held_run then
        v_op.held_run := v_run;
        v_op.next_at := v_now + interval '1 s';
        v_bound := v_op.after_run;  -- the next batch begins with it
        exit;
      end if;
      v_op.after_run := v_run;
      v_op.done := v_op.done + case when v_bad is null then 1 else 0 end;
      v_op.failed := v_op.failed + case when v_bad is null then 0 else 1 end;
      if v_bad is not null and jsonb_array_length(v_op.failures) < 20 then
        v_op.failures := v_op.failures || (jsonb_build_object('run_id', millrace.run_uuid(v_run)) || v_bad);
      end if;
    end loop;
    v_op.after_run := coalesce(v_bound, v_op.after_run);
    v_op.ended_at := case when v_bound is null then millrace.clock() end;
    v_op.next_at := case when v_bound is not null then v_op.next_at end;
  exception when query_canceled or others then
    get stacked diagnostics v_code = returned_sqlstate, v_text = message_text;
    select * into v_op from millrace.bulk_operations b where b.id = v_op.id;
    v_op := millrace.fail_batch(v_op, v_run, v_code, v_text, v_now);
  end;
  update millrace.bulk_operations b
  set done = v_op.done, failed = v_op.failed, failures = v_op.failures, after_run = v_op.after_run, held_run = v_op.held_run,
      next_at = v_op.next_at, ended_at = v_op.ended_at, stopped = v_op.stopped, batch = v_op.batch, gap_ms = v_op.gap_ms
  where b.id = v_op.id;
  v_now := millrace.clock();
  return (select greatest(ceil(extract(epoch from b.next_at - v_now) * 1000), 0)
          from millrace.bulk_operations b where b.next_at is not null order by b.next_at limit 1);
end $$;

comment on function millrace.work_bulk() is 'Does the next batch of the bulk operation that is due first; returns when more is due.';
revoke execute on function millrace.work_bulk() from public;
