-- machine_number: the number in workflows that a UUID of machine_uuid holds; null for any other text.
create or replace function millrace.machine_number(p_uuid text) returns int
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when millrace.machine_uuid(x.id)::text = lower(p_uuid) then x.id end
  from (select case when p_uuid ~* '^[0-7][0-9a-f]{7}-' then ('x' || substr(p_uuid, 1, 8))::bit(32)::int end as id) x
$$;

comment on function millrace.machine_number(text) is 'The number of a version of a machine, from its UUID; null for any other text.';
revoke execute on function millrace.machine_number(text) from public;
