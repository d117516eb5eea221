-- run_number: the run id that a UUID of ours holds, or null for any other UUID.
create or replace function millrace.run_number(p_uuid uuid) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when millrace.run_uuid(x.id, x.partition) = p_uuid then x.id end
  from (select ('x' || lpad(substr(h, 1, 12) || substr(h, 14, 3), 16, '0'))::bit(64)::bigint as id,
               ('x' || lpad(substr(h, 17, 4), 8, '0'))::bit(32)::int & 16383 as partition
        from replace(p_uuid::text, '-', '') h) x
$$;

comment on function millrace.run_number(uuid) is 'The run id that one of our UUIDs holds; null for any other UUID.';
