-- same_bulk: the bulk operation of a number, as JSON, which is the one that is being started, perhaps not for the first time.
-- Raises: MR010 if it is another one, or another tenant's.
create or replace function millrace.same_bulk(p_tenant int, p_id bigint, p_verb text, p_filter jsonb, p_options jsonb) returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from millrace.bulk_operations b
  where b.id = p_id and b.tenant_id = p_tenant and b.verb = p_verb and b.options = p_options
    -- of prune ended_before is counted from now
    and b.filter - '{until,ended_before}'::text[] = p_filter - '{until,ended_before}'::text[];
  if not found then
    perform millrace.fail('MR010', format('Another bulk operation has the number %s.', p_id), 'Draw a new one by take_ids.',
      json_build_object('operation_id', p_id::text));
  end if;
  return millrace.bulk_json(p_tenant, p_id);
end $$;

comment on function millrace.same_bulk(int, bigint, text, jsonb, jsonb) is 'The bulk operation of a number, which is the one being started.';
revoke execute on function millrace.same_bulk(int, bigint, text, jsonb, jsonb) from public;
