-- get_bulk_operation: how far a bulk operation is.   options  tenant
-- Returns: id, verb, status (running, completed, or cancelled: stopped before it was through), matched when it began, sample (ten of
-- them), done, failed, failures (the first 20: run_id, code, message), by, created_at, ended_at.
-- Raises: MR041 if there is none of that id.
create or replace function millrace.get_bulk_operation(id text, options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('get_bulk_operation', options);
  v_json   json := case when get_bulk_operation.id ~ '^[0-9]{1,18}$' then millrace.bulk_json(v_tenant, get_bulk_operation.id::bigint) end;
begin
  if v_json is null then
    perform millrace.fail('MR041', format('There is no bulk operation "%s".', left(get_bulk_operation.id, 100)),
      'Give the id that it was started with.', json_build_object('id', left(get_bulk_operation.id, 100)));
  end if;
  return v_json;
end $$;

comment on function millrace.get_bulk_operation(text, jsonb) is 'How far a bulk operation is.';
revoke execute on function millrace.get_bulk_operation(text, jsonb) from public;
