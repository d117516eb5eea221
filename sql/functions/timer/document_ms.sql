-- document_ms: a duration in a document, in milliseconds: a number of seconds, or a text like '3 days', '2 days 12 hours', '1.5h', '500ms'.
-- Null stays null; null is also what is none, or is not above zero and at most 100 years.
create or replace function millrace.document_ms(p_duration jsonb) returns bigint
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when x.ms > 0 and x.ms <= 3155760000000 then greatest(round(x.ms), 1)::bigint end
  from (select case jsonb_typeof(p_duration)
    when 'number' then p_duration::numeric * 1000
    when 'string' then case when length(p_duration #>> '{}') <= 200 and p_duration #>> '{}' ~ ('^(\s*(\d+(\.\d+)?|\.\d+)\s*(ms|msecs?|'
        || 'milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*(?![a-z]))+$') then (
      select sum(m[1]::numeric * case when m[2] ~ '^(ms|msec|mill)' then 1 when m[2] ~ '^s' then 1000 when m[2] ~ '^m' then 60000
                                      when m[2] ~ '^h' then 3600000 when m[2] ~ '^d' then 86400000 else 604800000 end)
      from regexp_matches(p_duration #>> '{}', '(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)', 'g') m) end end as ms) x
$$;

comment on function millrace.document_ms(jsonb) is 'A duration in a document, in milliseconds.';
revoke execute on function millrace.document_ms(jsonb) from public;
