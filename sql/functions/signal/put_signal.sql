-- put_signal: buffers a message for one run and, if the run waits for it, ends that wait. Nothing happens if the run has
-- ended, or had this id before (the sender chooses it: sending twice is sending once).
-- Returns: whether the run is alive. Locks: none, the caller holds the live row. Raises: MR020 for more than 10,000 messages
-- of callers that no wait has taken; the end of a child ($child:) or an event ($event:) is always heard.
create or replace function millrace.put_signal(p_tenant int, p_run bigint, p_id text, p_name text, p_data text, p_now timestamptz)
returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_live millrace.live;
  v_more int := case when p_id ~ '^[$](child|approval|event):' then 0 else 1 end;
begin
  select * into v_live from millrace.live l where l.run_id = p_run and l.task = 0 and l.tenant_id = p_tenant;
  if not found then
    return false;
  end if;
  insert into millrace.signals (run_id, at, tenant_id, nth, id, name, data)
  values (p_run, p_now, p_tenant, nextval('millrace.arrivals'), p_id, p_name, p_data)
  on conflict on constraint signals_pkey do nothing;
  if not found then
    return true;
  end if;
  if p_name = any (v_live.wait_names) then
    if v_live.state = 'w' then
      perform millrace.settle(p_run, 0, v_live.seq, p_now, v_more);
      perform millrace.hint();
      return true;
    elsif v_live.state = 'l' then
      perform pg_notify('millrace', 'look ' || p_run);  -- its owner runs other steps meanwhile: it shall look now
    end if;
  end if;
  if v_more > 0 and v_live.buffered >= 10000 then
    perform millrace.fail('MR020', format('Run %s has 10,000 signals that no wait of it has taken yet.', millrace.run_uuid(p_run)),
      'Send fewer, or have the workflow wait for them; one signal can carry many items.',
      json_build_object('run_id', millrace.run_uuid(p_run), 'signal', p_name));
  elsif v_more > 0 or v_live.buffered is null then
    update millrace.live l set buffered = coalesce(l.buffered, 0) + v_more where l.run_id = p_run and l.task = 0;
  end if;
  return true;
end $$;

comment on function millrace.put_signal(int, bigint, text, text, text, timestamptz) is 'Buffers a message for a run, and ends the wait for it.';
revoke execute on function millrace.put_signal(int, bigint, text, text, text, timestamptz) from public;
