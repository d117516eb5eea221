-- prune_audit: takes rows of the audit log that are older than they must be kept, at most 10,000 at once; and keys that nobody can use
-- any more since then.   options  tenant, older_than (ms, or an interval as text), by
-- Returns: how many rows it took; fewer than 10,000: there are no more. Raises: MR001 without older_than. Locks: the rows that it deletes.
-- Example: select millrace.prune_audit('{"older_than": "400 days"}');
create or replace function millrace.prune_audit(options jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('prune_audit', options, '{"older_than": "any", "by": "text"}');
  v_ms     bigint := millrace.duration_ms(options -> 'older_than');
  v_till   timestamptz := millrace.clock() - v_ms * interval '1 ms';
  v_n      int;
begin
  if v_ms is null then
    perform millrace.fail('MR001', 'older_than is missing.', 'Say how old rows must be, like "400 days".');
  end if;
  delete from millrace.api_keys k
  where k.tenant_id = v_tenant and least(k.revoked_at, k.expires_at) < v_till;
  delete from millrace.audit a where a.id = any (array(
    select x.id from (select y.id, y.at from millrace.audit y where y.tenant_id = v_tenant order by y.id limit 10000) x
    where x.at < v_till));
  get diagnostics v_n = row_count;
  if v_n > 0 then
    perform millrace.append_audit(v_tenant, options ->> 'by', 'audit.prune', null, jsonb_build_object('before', v_till, 'rows', v_n));
  end if;
  return v_n;
end $$;

comment on function millrace.prune_audit(jsonb) is 'Takes rows of the audit log that are older than they must be kept.';
revoke execute on function millrace.prune_audit(jsonb) from public;
