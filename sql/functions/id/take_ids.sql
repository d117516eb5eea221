-- take_ids: draws 1,024 run ids: the number returned and the 1,023 after it. Ids are drawn before they are used, so that
-- a start whose reply was lost is sent again under the same ids and changes nothing.
-- Locks: none.
create or replace function millrace.take_ids() returns bigint
language sql volatile security definer
return pg_catalog.nextval('millrace.numbers'::pg_catalog.regclass) * 1024;

comment on function millrace.take_ids() is 'Draws 1,024 run ids and returns the first.';
