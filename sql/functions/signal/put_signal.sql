-- put_signal: buffers a message for one run and, if the run waits for it, ends that wait. Nothing happens if the run has
-- ended, or had this id before (the sender chooses it: sending twice is sending once).
-- Returns: whether the run is alive. Locks: none, the caller holds the live row.
create or replace function millrace.put_signal(p_tenant int, p_run bigint, p_id text, p_name text, p_data text, p_now timestamptz)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_live millrace.live;
begin
  select * into v_live from millrace.live l where l.run_id = p_run and l.task = 0 and l.tenant_id = p_tenant;
  if not found then
    return false;
  end if;
  insert into millrace.signals (run_id, at, tenant_id, nth, id, name, data)
  select p_run, p_now, p_tenant, coalesce(max(g.nth) + 1, 0), p_id, p_name, p_data from millrace.signals g where g.run_id = p_run
  on conflict on constraint signals_pkey do nothing;
  if p_name = any (v_live.wait_names) then
    if v_live.state = 'w' then
      perform millrace.settle(p_run, 0, v_live.seq, p_now);
      perform millrace.hint();
    elsif v_live.state = 'l' then
      perform pg_notify('millrace', 'look ' || p_run);  -- its owner runs other steps meanwhile: it shall look now
    end if;
  end if;
  return true;
end $$;

comment on function millrace.put_signal(int, bigint, text, text, text, timestamptz) is 'Buffers a message for a run, and ends the wait for it.';
revoke execute on function millrace.put_signal(int, bigint, text, text, text, timestamptz) from public;
