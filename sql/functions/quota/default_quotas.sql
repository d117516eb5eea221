-- default_quotas: the quotas of a tenant for which nobody has set any: kind, most (null: no limit), and what it is.
--   …_per_minute  requests that servers let in, by class    live_runs  unfinished runs, above which starts are refused
--   definitions, definition_bytes  stored workflows (each version) and their size    streams  open event streams, in each server
--   schedules, keys, members, secrets  how many there may be
create or replace function millrace.default_quotas() returns table (kind text, most bigint)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select * from (values ('read_per_minute', 6000::bigint), ('write_per_minute', 1200), ('start_per_minute', 6000),
    ('webhook_per_minute', 6000), ('live_runs', null), ('definitions', 10000), ('definition_bytes', 1073741824), ('streams', 100),
    ('schedules', 10000), ('keys', 1000), ('members', 10000), ('secrets', 1000)) d (kind, most)
$$;

comment on function millrace.default_quotas() is 'The quotas of a tenant for which nobody has set any.';
revoke execute on function millrace.default_quotas() from public;
