-- stop_bulk_operation: what a bulk operation has not done yet it will not do. Again, or when it is through: no change.
--   options  tenant. Returns: the operation. Raises: MR041 if there is none of that id. Locks: its row.
create or replace function millrace.stop_bulk_operation(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('stop_bulk_operation', options);
  v_now    timestamptz := millrace.clock();
begin
  update millrace.bulk_operations b set stopped = true, next_at = null, ended_at = v_now
  where b.id = case when stop_bulk_operation.id ~ '^[0-9]{1,18}$' then stop_bulk_operation.id::bigint end
    and b.tenant_id = v_tenant and b.ended_at is null;
  return millrace.get_bulk_operation(stop_bulk_operation.id, options);
end $$;

comment on function millrace.stop_bulk_operation(text, jsonb) is 'Stops a bulk operation.';
revoke execute on function millrace.stop_bulk_operation(text, jsonb) from public;
