-- clock: the time by which runs live: the database's, read anew at each call, so after the locks that were waited for.
-- Only a database made for tests has another body (sql/testing/clock.sql). Leases are not measured by it: they measure
-- processes, which live in real time.
create or replace function millrace.clock() returns timestamptz
language sql volatile
return pg_catalog.clock_timestamp();

comment on function millrace.clock() is 'The time by which runs live: the database''s clock, read anew at each call.';
