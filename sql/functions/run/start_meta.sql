-- start_meta: the options of start_workflow, checked, in the form in which start_runs keeps them; null if there are none.
-- Raises: MR001 that names the option, its value and the rule; MR002 for attributes that are too big.
create or replace function millrace.start_meta(p_workflow text, p_options jsonb) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad   text;
  v_meta  jsonb;
begin
  v_bad := case
    when length(p_options ->> 'resource_id') not between 1 and 256 then 'resource_id must have 1 to 256 characters'
    when length(p_options ->> 'idempotency_key') not between 1 and 256 then 'idempotency_key must have 1 to 256 characters'
    when p_options ->> 'run_id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then 'run_id must be a UUID'
    when millrace.run_number((p_options ->> 'run_id')::uuid) is not null then 'run_id must not be an id that the engine made'
    when p_options ->> 'queue' !~ '^[A-Za-z0-9_.: -]{1,128}$' then 'queue must match [A-Za-z0-9_.: -]{1,128}'
    when jsonb_typeof(p_options -> 'priority') not in ('number', 'null') or p_options ->> 'priority' !~ '^-?(1000|[0-9]{1,3})$'
      then 'priority must be an integer between -1000 and 1000'
    when jsonb_typeof(p_options -> 'retries') not in ('number', 'null') or p_options ->> 'retries' !~ '^[0-9]{1,3}$'
      then 'retries must be an integer between 0 and 999'
    when jsonb_typeof(p_options -> 'tags') not in ('array', 'null') then 'tags must be an array of at most 32'
    when jsonb_typeof(p_options -> 'tags') = 'array' and jsonb_array_length(p_options -> 'tags') > 32
      then 'tags must be an array of at most 32'
    when jsonb_typeof(p_options -> 'tags') = 'array' and exists (
      select from jsonb_array_elements(p_options -> 'tags') t where jsonb_typeof(t) <> 'string' or length(t #>> '{}') not between 1 and 64)
      then 'each tag must be a text of 1 to 64 characters'
    when jsonb_typeof(p_options -> 'attributes') not in ('object', 'null') then 'attributes must be an object' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The start of "%s" was refused: %s.', p_workflow, v_bad),
      'Give the option a value of that form, or leave it out.', p_options::json);
  elsif octet_length((p_options -> 'attributes')::text) > 16384 then
    perform millrace.fail('MR002',
      format('Attributes of %s bytes are over the limit of 16 KiB.', octet_length((p_options -> 'attributes')::text)),
      'Keep them in the input, or in a table of your own.', json_build_object('workflow_id', p_workflow));
  end if;
  v_meta := jsonb_strip_nulls(jsonb_build_object(
    'id', lower(p_options ->> 'run_id'), 'key', p_options ->> 'idempotency_key', 'resource', p_options ->> 'resource_id',
    'tags', p_options -> 'tags', 'attributes', p_options -> 'attributes', 'retries', p_options -> 'retries',
    'timeout_ms', millrace.duration_ms(p_options -> 'timeout'), 'start_within_ms', millrace.duration_ms(p_options -> 'start_within')));
  return case when v_meta <> '{}' then v_meta || jsonb_build_object('workflow', p_workflow) end;
end $$;

comment on function millrace.start_meta(text, jsonb) is 'The options of start_workflow, checked, as start_runs keeps them.';
revoke execute on function millrace.start_meta(text, jsonb) from public;
