-- lock_worker: keeps recover from declaring a worker dead between the look of a claim and its commit.
-- Raises: MR055 if the worker is not registered any more, its lease is over, or it asked held_tasks meanwhile.
-- Locks: the worker's row for key share.
create or replace function millrace.lock_worker(p_tenant int, p_worker bigint, p_epoch int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from millrace.workers w
  where w.id = p_worker and w.epoch = p_epoch and w.tenant_id = p_tenant and w.expires_at > clock_timestamp() for key share;
  if not found then
    perform millrace.fail('MR055', format('Worker %s is not registered, its lease is over, or its epoch is not %s.', p_worker, p_epoch),
      'Register again: its leases have gone to others.', json_build_object('worker', p_worker::text));
  end if;
end $$;

comment on function millrace.lock_worker(int, bigint, int) is 'Keeps recover from declaring a worker dead until the claim commits.';
revoke execute on function millrace.lock_worker(int, bigint, int) from public;
