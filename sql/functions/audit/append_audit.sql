-- append_audit: writes down who did what. In the transaction that does it: what is not committed was not done.
--   p_tenant   0: the installation's   p_subject  who; null: session_actor
--   p_action   like key.create   p_target  of what   p_detail  what else there is to say; never a secret
-- Rows are never changed: a policy of the table refuses that to its owner as well.
create or replace function millrace.append_audit(p_tenant int, p_subject text, p_action text, p_target text, p_detail jsonb default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := millrace.clock();
begin
  insert into millrace.audit (tenant_id, at, subject, action, target, detail)
  values (p_tenant, v_now, coalesce(p_subject, millrace.session_actor()), p_action, p_target, p_detail);
end $$;

comment on function millrace.append_audit(int, text, text, text, jsonb) is 'Writes down who did what.';
revoke execute on function millrace.append_audit(int, text, text, text, jsonb) from public;
