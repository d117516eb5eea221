-- post_event: an event for the webhooks of a tenant that go out: those that want it get a delivery, which a worker sends.
--   p_name  like run.completed    p_workflow  of the run    p_key  of the event: told again it is the same
--   p_data  what it tells: the body is {type, timestamp, data}, as Standard Webhooks have it
-- Returns: how many webhooks want it. Locks: their rows, ascending.
create or replace function millrace.post_event(
  p_tenant int, p_name text, p_workflow text, p_run bigint, p_key text, p_at timestamptz, p_data jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now  timestamptz := millrace.clock();
  v_body text := jsonb_build_object('type', p_name, 'data', p_data,
    'timestamp', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text;
  v_hooks bigint[];
begin
  v_hooks := array(select w.id from millrace.webhooks w
                   where w.tenant_id = p_tenant and w.direction = 'o' and w.active and coalesce(w.workflow = p_workflow, true)
                     and w.events && array[p_name, split_part(p_name, '.', 1) || '.*', '*']
                   order by w.id);
  insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, next_at, give_up_at, status, run_id, event, delivery_key, body)
  select h.id, p_tenant, v_now, v_now, v_now + interval '3 days', 'p', p_run, p_name, p_key, v_body
  from unnest(v_hooks) h (id) order by h.id
  on conflict do nothing;
  if found then
    update millrace.webhooks w set due_at = v_now
    where w.id in (select x.id from millrace.webhooks x where x.id = any (v_hooks) and x.due_at > v_now order by x.id for update);
    perform millrace.hint();
  end if;
  return cardinality(v_hooks);
end $$;

comment on function millrace.post_event(int, text, text, bigint, text, timestamptz, jsonb) is 'An event for the webhooks of a tenant that go out.';
revoke execute on function millrace.post_event(int, text, text, bigint, text, timestamptz, jsonb) from public;
