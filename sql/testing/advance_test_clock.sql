-- advance_test_clock: moves the time by which runs live forward, and wakes what comes due by that; workers too, for schedules.
-- Transitions: those of tick and expire_runs. Locks: the clock's row, then as they do.
create or replace function millrace.advance_test_clock(p_ms bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update millrace.test_clock c set offset_ms = c.offset_ms + p_ms;
  while millrace.tick() > 0 loop
  end loop;
  while millrace.expire_runs() > 0 loop
  end loop;
  perform millrace.hint();  -- schedules may be due: a worker sees to them
end $$;

comment on function millrace.advance_test_clock(bigint) is 'Moves the clock of tests forward, and wakes what comes due.';
revoke execute on function millrace.advance_test_clock(bigint) from public;
