-- try_verb: does to one run what a bulk operation is for, or leaves it as it was.
-- Returns: null, or why not: code and message; MR090 while somebody's open transaction holds its row.
create or replace function millrace.try_verb(p_op millrace.bulk_operations, p_run bigint) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
begin
  perform millrace.apply_verb(p_op, p_run);
  return null;
exception
  when lock_not_available or deadlock_detected then
    return jsonb_build_object('code', 'MR090', 'message', 'The run is held by a transaction that is open.');
  when others then
    if sqlstate not like 'MR%' then
      raise;
    end if;
    return jsonb_build_object('code', sqlstate, 'message', sqlerrm);
end $$;

comment on function millrace.try_verb(millrace.bulk_operations, bigint) is 'Does to one run what a bulk operation is for, or says why not.';
revoke execute on function millrace.try_verb(millrace.bulk_operations, bigint) from public;
