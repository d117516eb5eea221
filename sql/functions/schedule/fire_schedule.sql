-- fire_schedule: the times of a schedule that have come get their runs, as its overlap says, and it goes on to its next time: all of it,
-- or nothing if the schedule is not the one that the worker saw (compare and swap on its revision), so each time has one run.
--   p_ticks  ascending    p_after  up to which time the worker has looked    p_next  null: there is none
--   p_note, p_problem  {code, message}; a problem stops it until it is put again
-- While its last run is live: skip starts nothing; queue keeps the times, and the next begins when that run has ended (end_runs says so;
-- should its word be lost, after a quarter of the time that it has waited); replace cancels it. Of several times that come at once
-- skip and replace take the newest. A start that is refused is noted as its problem, and the schedule goes on.
-- Returns: done · lost · held (see fire_schedules). Raises: nothing of its own (MR codes of a start become problems).
-- Locks: the live row of its last run (queue, replace), then the schedule's, both skipping locked ones; then as cancel_runs and start_runs:
-- for what somebody's open transaction holds there, the key of a singleton say, it waits for a twentieth of a second.
create or replace function millrace.fire_schedule(
  p_id bigint, p_revision int, p_ticks timestamptz[], p_after timestamptz, p_next timestamptz, p_note jsonb, p_problem jsonb)
returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_row     millrace.schedules;
  v_now     timestamptz;
  v_last    bigint;                     -- its last run, or the one as which that goes on
  v_live    boolean;
  v_held    boolean := false;           -- somebody has the last run: it may be ending
  v_todo    timestamptz[];
  v_n       int;
  v_start   timestamptz[] := '{}';
  v_wait    timestamptz[] := '{}';
  v_again   timestamptz;
  v_run     bigint;
  v_patience text := current_setting('lock_timeout');
  v_problem jsonb := nullif(p_problem, 'null');
  v_note    jsonb := nullif(p_note, 'null');
begin
  select * into v_row from millrace.schedules s where s.id = p_id and s.revision = p_revision and s.wake_at is not null;
  v_last := millrace.last_of_chain(v_row.last_run);
  v_live := exists (select from millrace.live l where l.run_id = v_last and l.task = 0);
  if v_live and v_row.overlap in ('queue', 'replace') then
    perform from millrace.live l where l.run_id = v_last and l.task = 0 order by l.run_id, l.task for update skip locked;
    v_held := not found;
  end if;
  select * into v_row from millrace.schedules s
  where s.id = p_id and s.revision = p_revision and s.wake_at is not null order by s.id for update skip locked;
  if not found or millrace.rest_schedule(v_row) then
    return case when exists (select from millrace.schedules s where s.id = p_id and s.revision = p_revision and s.wake_at is not null)
           then 'held' else 'lost' end;
  end if;
  select c, v_row.waiting || p_ticks into v_now, v_todo from millrace.clock() c;
  v_n := cardinality(v_todo);
  if v_todo[v_n] > v_now or v_held and v_row.overlap = 'replace' and v_n > 0 then
    return 'held';
  end if;
  if v_row.overlap = 'allow' then
    v_start := v_todo[greatest(v_n - 999, 1):];
  elsif v_row.overlap = 'replace' or v_row.overlap = 'skip' and not v_live then
    v_start := v_todo[v_n:];
  elsif v_row.overlap = 'queue' then
    v_start := case when v_live then '{}' else v_todo[:1] end;
    v_wait := v_todo[cardinality(v_start) + 1:];
    if cardinality(v_wait) > 1000 then
      v_note := jsonb_build_object('code', 'MR020', 'message', format(
        'More than 1,000 times waited for run %s to end: the oldest were left out.', millrace.run_uuid(v_row.last_run)));
      v_wait := v_wait[cardinality(v_wait) - 999:];
    end if;
  end if;
  if v_start <> '{}' then
    begin
      perform set_config('lock_timeout', '50', true);  -- those that were fired before it in this call are not committed yet
      if v_row.overlap = 'replace' and v_live then
        perform millrace.cancel_runs(v_row.tenant_id, array[v_last],
          json_build_object('reason', 'replaced by the next run of its schedule', 'by', 'schedule ' || v_row.name));
      end if;
      v_run := (select t.made from millrace.start_ticks(v_row, v_start, millrace.take_ids(), true) t);
      perform set_config('lock_timeout', v_patience, true);  -- not for the commit: its notification waits for others in its turn
    exception when others then
      if sqlstate = '55P03' then
        update millrace.schedules s set wake_at = v_now + interval '100 ms' where s.id = v_row.id;  -- behind those that are due already
        return 'held';
      end if;
      if sqlstate ~ '^(08|40|53|55|57|58|XX)' then
        raise;  -- it passes, or is nothing of the schedule's: all of it is tried again
      end if;
      v_problem := coalesce(v_problem, jsonb_build_object('code', sqlstate, 'message', sqlerrm));
      v_start := '{}';
    end;
  end if;
  v_again := v_now + case when v_held then interval '100 ms' else greatest(interval '1 s', (v_now - v_wait[1]) / 4) end;
  update millrace.schedules s
  set revision = s.revision + 1, after_at = greatest(s.after_at, p_after), next_at = p_next, waiting = v_wait,
      waits_for = case when v_wait <> '{}' then coalesce(v_run, v_last) end,
      wake_at = case when v_wait = '{}' then p_next else least(p_next, v_again) end,
      last_at = coalesce(v_start[cardinality(v_start)], s.last_at), last_run = coalesce(v_run, s.last_run),
      skipped = s.skipped + v_n - cardinality(v_start) - cardinality(v_wait),
      problem = coalesce(v_problem || jsonb_build_object('at', v_now),
                         case when v_start = '{}' and s.next_at is not null then s.problem end),
      note = coalesce(v_note || jsonb_build_object('at', v_now), s.note)
  where s.id = v_row.id;
  return 'done';
end $$;

comment on function millrace.fire_schedule(bigint, int, timestamptz[], timestamptz, timestamptz, jsonb, jsonb) is
  'The times of a schedule that have come get their runs, and it goes on to its next time.';
revoke execute on function millrace.fire_schedule(bigint, int, timestamptz[], timestamptz, timestamptz, jsonb, jsonb) from public;
