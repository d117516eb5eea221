-- note_call: writes into the tenant's audit log that a caller of the schema api does something: in the transaction that does it, so what is
-- refused leaves no row.   p_action  the function   p_target  of what
-- Raises: MR042 without a tenant.
create or replace function millrace.note_call(p_action text, p_target text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.append_audit(millrace.tenant_id(millrace.caller_tenant()),
    left(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', 256), p_action, left(p_target, 300),
    '{"via": "api"}');
end $$;

comment on function millrace.note_call(text, text) is 'Writes a call of the schema api into the audit log.';
revoke execute on function millrace.note_call(text, text) from public;
