-- The clock of a database made for tests: the wall clock plus an offset that only goes forward. The testing kit installs it;
-- a database that was not made by the testing kit never has this table, so nobody can move its time.
create table if not exists millrace.test_clock (offset_ms bigint not null);
insert into millrace.test_clock select 0 where not exists (select from millrace.test_clock);

create or replace function millrace.clock() returns timestamptz
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  return clock_timestamp() + (select c.offset_ms from millrace.test_clock c) * interval '1 ms';
end $$;
