-- drop_webhook: from now on it is not there; a worker takes its deliveries away, some at a time. Whoever calls holds its row.
create or replace function millrace.drop_webhook(p_id bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := millrace.clock();
begin
  delete from millrace.webhook_secrets d where d.webhook_id = p_id;
  update millrace.webhooks w set deleted_at = v_now, active = false, path = null, due_at = v_now where w.id = p_id;
  perform millrace.hint();
end $$;

comment on function millrace.drop_webhook(bigint) is 'A webhook is not there any more; a worker takes its deliveries away.';
revoke execute on function millrace.drop_webhook(bigint) from public;
