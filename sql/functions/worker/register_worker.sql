-- register_worker: a process announces itself and gets its id. Its lease runs from now, by the wall clock.
-- p_seen_fence: the highest fence that the process has seen; if this database has not drawn it yet, the database was set
-- back by a restore, and gets a new incarnation before anything else. Believed only within the next 1,000 incarnations:
-- a number that somebody made up would use them up, and with them all fences there are.
-- Raises: MR001 for a lease that is too short or long, or such a fence.
create or replace function millrace.register_worker(p_tenant int, p_lease_ms int, p_info jsonb, p_seen_fence bigint default 0)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id   bigint;
  v_last bigint;
  v_now  timestamptz;
begin
  if p_lease_ms not between 1000 and 3600000 then
    perform millrace.fail('MR001', format('A lease of %s ms is not between 1 s and 1 hour.', p_lease_ms),
      'Choose a lease of 15 s or so: it is how long a dead worker goes unnoticed.', json_build_object('lease_ms', p_lease_ms));
  end if;
  select f.last_value into v_last from millrace.fences f;
  if p_seen_fence >> 42 > (v_last >> 42) + 1000 then
    perform millrace.fail('MR001', format('A fence of incarnation %s cannot have been seen: this database is in its %s.',
        p_seen_fence >> 42, v_last >> 42),
      'Pass the highest fence that a claim of this schema returned, or nothing.', json_build_object('fence', p_seen_fence::text));
  elsif p_seen_fence > v_last then
    perform millrace.begin_incarnation(p_seen_fence);
  end if;
  v_id := nextval('millrace.numbers');
  v_now := clock_timestamp();
  insert into millrace.workers (id, tenant_id, expires_at, info, started_at)
  values (v_id, p_tenant, v_now + p_lease_ms * interval '1 ms', p_info, v_now);
  return v_id;
end $$;

comment on function millrace.register_worker(int, int, jsonb, bigint) is 'Registers a worker process and returns its id.';
revoke execute on function millrace.register_worker(int, int, jsonb, bigint) from public;
