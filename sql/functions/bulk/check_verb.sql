-- check_verb: what the verb of a bulk operation needs, before anything is done: an operation that fails for each run is a mistake.
-- Raises: MR001 with the option and the rule.
create or replace function millrace.check_verb(p_verb text, p_options jsonb, p_rate int) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  v_bad := case
    when jsonb_typeof(p_options -> 'dry_run') not in ('boolean', 'null') then 'dry_run must be true or false'
    when p_rate not between 1 and 10000 then 'per_second must be between 1 and 10,000'
    when length(p_options ->> 'by') > 256 then 'by must have at most 256 characters'
    when p_verb = 'fork' and p_options ->> 'from_step' is null then 'from_step is missing'
    when p_verb = 'migrate' and p_options ->> 'to_version' is null then 'to_version is missing'
    when p_verb = 'signal' and coalesce(p_options ->> 'event_name', '') !~ '^[A-Za-z0-9_.: -]{1,128}$'
      then 'event_name must match [A-Za-z0-9_.: -]{1,128}'
    when octet_length((p_options -> 'data')::text) > 1048576 then 'data must have at most 1 MiB' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The options of bulk_%s were refused: %s.', p_verb, v_bad), 'Give that option.',
      json_build_object('verb', p_verb));
  end if;
end $$;

comment on function millrace.check_verb(text, jsonb, int) is 'Refuses a bulk operation without what its verb needs.';
revoke execute on function millrace.check_verb(text, jsonb, int) from public;
