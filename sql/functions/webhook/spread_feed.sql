-- spread_feed: what has happened to the runs of a tenant becomes deliveries of its webhooks that go out. The place in the feed, and the
-- deliveries, are written in one transaction, so that each event is told once, and none is lost.
-- Returns: whether there may be more now. Locks: the row of the reader of the feed, skipping it where another worker is at it; then those
-- of webhooks.
create or replace function millrace.spread_feed(p_tenant int) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_place bigint;
  v_rows  jsonb;
  v_to    bigint;
  v_row   record;
begin
  if to_regprocedure('millrace.read_feed(int, bigint, text, int)') is null then
    return false;  -- the schema has no feed
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
  if v_to = v_place then
    return false;
  end if;
  perform from millrace.feed_readers r
  where r.tenant_id = p_tenant and r.name = 'webhooks' and r.position = v_place for update skip locked;
  if not found then
    return false;
  end if;
  for v_row in
    select e.name, r.body ->> 'workflow' as workflow, (r.body ->> 'run')::bigint as run, (r.body ->> 'at')::timestamptz as at, e.key,
           r.body ->> 'data' as data, r.body ->> 'kind' as kind
    from jsonb_array_elements(v_rows) with ordinality r (body, n),
    lateral (select case
        when r.body ->> 'what' = 'start' then 'run.started'
        when r.body ->> 'what' = 'row' then case r.body ->> 'kind' when 'p' then 'run.paused' when 'u' then 'run.resumed' end
        when r.body ->> 'what' = 'status' then case r.body ->> 'kind' when 'c' then 'run.completed' when 'f' then 'run.failed'
                                                    when 'x' then 'run.cancelled' when 'w' then 'approval.asked' end end as name,
      concat_ws(':', r.body ->> 'run', r.body ->> 'what', coalesce(r.body ->> 'seq', r.body ->> 'kind')) as key) e
    where e.name is not null order by r.n
  loop
    perform millrace.post_run_event(p_tenant, v_row.name, v_row.workflow, v_row.run, v_row.key, v_row.at, v_row.data);
  end loop;
  perform millrace.note_feed(p_tenant, 'webhooks', v_to);
  return true;
end $$;

comment on function millrace.spread_feed(int) is 'What has happened to the runs of a tenant becomes deliveries of its webhooks.';
revoke execute on function millrace.spread_feed(int) from public;
