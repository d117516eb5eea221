-- spread_feed: what has happened to the runs of a tenant becomes deliveries of its webhooks that go out. The place in the feed, and the
-- deliveries, are written in one transaction, so that each event is told once, and none is lost. Where no webhook goes out any more the
-- feed is not written for them.
-- Returns: whether there may be more now. Locks: the row of the feed, then that of its reader, skipping it where another worker is at
-- it; then those of webhooks.
create or replace function millrace.spread_feed(p_tenant int) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_place bigint;
  v_rows  jsonb;
  v_to    bigint;
  v_row   record;
begin
  if not exists (select from millrace.webhooks w where w.tenant_id = p_tenant and w.direction = 'o' and w.active) then
    perform from millrace.feeds f where f.tenant_id = p_tenant for update;  -- who puts one has it, until that can be seen
    if not exists (select from millrace.webhooks w where w.tenant_id = p_tenant and w.direction = 'o' and w.active) then
      perform millrace.close_feed(p_tenant, 'webhooks');
    end if;
    return false;
  end if;
  select r.position into v_place from millrace.feed_readers r where r.tenant_id = p_tenant and r.name = 'webhooks';
  if not found then
    perform millrace.open_feed(p_tenant, null, 'webhooks');
    return false;
  end if;
  -- before anything is locked: a transaction that has written does not move the end of the feed
  select jsonb_agg(jsonb_build_object('what', f.what, 'run', f.run_id, 'workflow', f.workflow, 'seq', f.seq, 'at', f.at, 'kind', f.kind,
                                      'data', f.data, 'place', f.position) order by f.n)
  into v_rows from millrace.read_feed(p_tenant, v_place, null, 100) with ordinality
    f (position, what, run_id, workflow, seq, at, kind, name, data, cut, n);
  v_to := (v_rows -> -1 ->> 'place')::bigint;
  if v_to = v_place and v_rows -> -1 ->> 'what' = 'end' then
    return false;
  end if;
  perform from millrace.feed_readers r
  where r.tenant_id = p_tenant and r.name = 'webhooks' and r.position = v_place for update skip locked;
  if not found then
    return false;
  end if;
  for v_row in
    select e.name, r.body ->> 'workflow' as workflow, (r.body ->> 'run')::bigint as run, (r.body ->> 'at')::timestamptz as at,
           e.name || ':' || e.key as key,
           r.body ->> 'data' as data, r.body ->> 'kind' as kind
    from jsonb_array_elements(v_rows) with ordinality r (body, n),
    lateral (select case
        when r.body ->> 'what' = 'start' or r.body ->> 'what' = 'status' and r.body ->> 'kind' = 'p' then 'run.started'
        when r.body ->> 'what' = 'row' then case r.body ->> 'kind' when 'p' then 'run.paused' when 'u' then 'run.resumed' end
        when r.body ->> 'what' = 'status' then case r.body ->> 'kind' when 'c' then 'run.completed' when 'f' then 'run.failed'
                                                    when 'x' then 'run.cancelled' when 'w' then 'approval.asked' end end as name,
      concat_ws(':', r.body ->> 'run', case when r.body ->> 'what' = 'row' then r.body ->> 'seq' end) as key) e
    where e.name is not null order by r.n
  loop
    perform millrace.post_run_event(p_tenant, v_row.name, v_row.workflow, v_row.run, v_row.key, v_row.at, v_row.data);
  end loop;
  if v_rows -> -1 ->> 'what' = 'reset' then  -- the feed does not reach back to there, or was set back: from where it is now
    perform millrace.close_feed(p_tenant, 'webhooks');
    perform millrace.open_feed(p_tenant, null, 'webhooks');
    return false;
  end if;
  perform millrace.note_feed(p_tenant, 'webhooks', v_to);
  return true;
end $$;

comment on function millrace.spread_feed(int) is 'What has happened to the runs of a tenant becomes deliveries of its webhooks.';
revoke execute on function millrace.spread_feed(int) from public;
