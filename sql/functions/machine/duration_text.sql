-- duration_text: a duration for people, exactly: 1 day 2 h, 30 s, 1.5 s, 500 ms.
create or replace function millrace.duration_text(p_ms bigint) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when p_ms < 1000 then p_ms || ' ms' else concat_ws(' ',
    nullif(p_ms / 86400000, 0) || case p_ms / 86400000 when 1 then ' day' else ' days' end, nullif(p_ms / 3600000 % 24, 0) || ' h',
    nullif(p_ms / 60000 % 60, 0) || ' min', trim_scale(nullif(p_ms % 60000, 0) / 1000.0) || ' s') end
$$;

comment on function millrace.duration_text(bigint) is 'A duration for people.';
revoke execute on function millrace.duration_text(bigint) from public;
