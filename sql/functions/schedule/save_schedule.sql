-- save_schedule: makes a schedule, or changes it to this. With the rule that it had it goes on where it was: nothing of it is lost or
-- comes twice; with another one its times are those after now. Equal in all, it does nothing, so that each start of a program may say it
-- again; unless it has a problem: then a worker tries it again.
--   p_row     of schedule_row
--   p_paused  true: paused; false: not paused, and times that came while it was are gone; null: as it is, a new one not paused
-- Raises: MR020 when the tenant has 10,000 of them, MR021 when it has as many as its quota says. Locks: the schedule's row.
create or replace function millrace.save_schedule(p_row millrace.schedules, p_paused boolean, p_by text default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_old   millrace.schedules;
  v_pause timestamptz := case when p_paused then p_row.created_at end;
  v_same  boolean;
  v_ends  boolean;  -- its pause
begin
  -- a look without a lock: a worker that starts and changes nothing waits for nobody
  if exists (select from millrace.schedules s
             where s.tenant_id = p_row.tenant_id and s.name = p_row.name and millrace.same_schedule(s, p_row, p_paused)) then
    return;
  end if;
  loop
    select * into v_old from millrace.schedules s where s.tenant_id = p_row.tenant_id and s.name = p_row.name order by s.id for update;
    exit when found;
    if (select count(*) from millrace.schedules s where s.tenant_id = p_row.tenant_id) >= 10000 then
      perform millrace.fail('MR020', 'The limit of 10,000 schedules is reached.',
        'Delete those that are not needed; one workflow may start many others.', json_build_object('schedule_id', p_row.name));
    end if;
    perform millrace.check_quota(p_row.tenant_id, 'schedules', 1);
    insert into millrace.schedules (tenant_id, name, workflow, cron, every_ms, anchor_at, timezone, overlap, catch_up, input, options,
                                    declared, created_at, after_at, next_at, wake_at, paused_at, paused_by)
    values (p_row.tenant_id, p_row.name, p_row.workflow, p_row.cron, p_row.every_ms, p_row.anchor_at, p_row.timezone, p_row.overlap,
            p_row.catch_up, p_row.input, p_row.options, p_row.declared, p_row.created_at, p_row.after_at, p_row.next_at,
            case when v_pause is null then p_row.wake_at end, v_pause, case when p_paused then p_by end)
    on conflict on constraint schedules_key do nothing;
    if found then
      perform millrace.hint();
      return;
    end if;
  end loop;
  v_same := (v_old.cron, v_old.every_ms, v_old.timezone) is not distinct from (p_row.cron, p_row.every_ms, p_row.timezone);
  v_ends := v_old.paused_at is not null and not coalesce(p_paused, true);
  v_pause := case when coalesce(p_paused, v_old.paused_at is not null) then coalesce(v_old.paused_at, p_row.created_at) end;
  update millrace.schedules s
  set workflow = p_row.workflow, cron = p_row.cron, every_ms = p_row.every_ms, timezone = p_row.timezone, overlap = p_row.overlap,
      catch_up = p_row.catch_up, input = p_row.input, options = p_row.options, declared = p_row.declared, revision = s.revision + 1,
      anchor_at = case when v_same then s.anchor_at else p_row.anchor_at end,
      after_at = case when v_same and not v_ends then s.after_at else p_row.after_at end,
      next_at = case when not v_same then p_row.next_at when not v_ends then s.next_at end,
      wake_at = case when v_pause is null then p_row.wake_at end, problem = null, note = case when v_same then s.note end,
      paused_at = v_pause, paused_by = case when v_pause is not null then coalesce(s.paused_by, p_by) end,
      pause_reason = case when v_pause is not null then s.pause_reason end
  where s.id = v_old.id;
  perform millrace.hint();
end $$;

comment on function millrace.save_schedule(millrace.schedules, boolean, text) is 'Makes a schedule, or changes it to this.';
revoke execute on function millrace.save_schedule(millrace.schedules, boolean, text) from public;
