-- same_schedule: whether a schedule is already what it is to be, and has no problem: then putting it changes nothing.
--   p_paused  whether it is to be paused; null: as it is
create or replace function millrace.same_schedule(p_one millrace.schedules, p_other millrace.schedules, p_paused boolean) returns boolean
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select (p_one.workflow, p_one.cron, p_one.every_ms, p_one.timezone, p_one.overlap, p_one.catch_up, p_one.input, p_one.options,
          p_one.declared)
         is not distinct from (p_other.workflow, p_other.cron, p_other.every_ms, p_other.timezone, p_other.overlap, p_other.catch_up,
                               p_other.input, p_other.options, p_other.declared)
     and p_one.problem is null and (p_one.paused_at is not null) = coalesce(p_paused, p_one.paused_at is not null)
$$;

comment on function millrace.same_schedule(millrace.schedules, millrace.schedules, boolean) is 'Whether a schedule is already what it is to be.';
revoke execute on function millrace.same_schedule(millrace.schedules, millrace.schedules, boolean) from public;
