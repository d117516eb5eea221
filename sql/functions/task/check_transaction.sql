-- check_transaction: whether this is still the transaction of a step that began, which set millrace.transaction to p_transaction then.
-- Raises: MR001 if it is over.
create or replace function millrace.check_transaction(p_transaction text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_transaction is distinct from current_setting('millrace.transaction', true) then
    perform millrace.fail('MR001', 'The work of this step ended the transaction that was to record it.',
      'Leave commit and rollback to the step: what was committed by hand stays, and is not repeated.');
  end if;
end $$;

comment on function millrace.check_transaction(text) is 'Whether this is still the transaction of a step that began.';
revoke execute on function millrace.check_transaction(text) from public;
