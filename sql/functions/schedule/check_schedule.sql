-- check_schedule: refuses a schedule that could not be followed. Of a cron only the form is looked at: what it means workers know, and
-- one that they cannot read is marked with its problem.
-- Raises: MR001 that names the option, its value and the rule; MR002 for an input over 1 MiB.
create or replace function millrace.check_schedule(p_id text, p_options jsonb) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_every bigint := millrace.duration_ms(p_options -> 'every');
  v_zone  text := p_options ->> 'timezone';
  v_bad   text;
begin
  v_bad := case
    when p_id is null or p_id !~ '^[A-Za-z0-9_.: -]{1,128}$' then 'its id must match [A-Za-z0-9_.: -]{1,128}'
    when (p_options ->> 'cron' is null) = (p_options ->> 'every' is null) then 'one of cron and every must be given'
    when length(p_options ->> 'cron') > 256 or p_options ->> 'cron' !~ '^\s*([0-9A-Za-z*?,/#+-]+(\s+|$)){5,6}$'
      then format('cron "%s" must have 5 or 6 fields, like 0 9 * * 1-5, and at most 256 characters', left(p_options ->> 'cron', 256))
    when v_every < 100 then format('every is %s ms; it must be at least 100 ms', v_every)
    when v_zone is not null and p_options ->> 'cron' is null then 'timezone goes with cron'
    when p_options ->> 'overlap' not in ('skip', 'queue', 'allow', 'replace')
      then format('overlap "%s" must be skip, queue, allow or replace', p_options ->> 'overlap')
    when p_options ->> 'catch_up' not in ('none', 'one', 'all')
      then format('catch_up "%s" must be none, one or all', p_options ->> 'catch_up')
    when jsonb_typeof(p_options -> 'paused') not in ('boolean', 'null') then 'paused must be true or false'
    when length(p_options ->> 'by') > 256 then 'by must have at most 256 characters' end;
  if v_bad is null and v_zone is not null then
    begin
      perform timestamptz 'epoch' at time zone v_zone;
    exception when invalid_parameter_value then
      v_bad := format('timezone "%s" must be the name of a time zone, like Europe/Vienna', v_zone);
    end;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The schedule "%s" was refused: %s.', left(p_id, 128), v_bad),
      'Correct it, and put it again.', json_build_object('schedule_id', left(p_id, 128), 'options', p_options));
  elsif octet_length((p_options -> 'input')::text) > 1048576 then
    perform millrace.fail('MR002', format('An input of %s bytes is over the limit of 1 MiB.', octet_length((p_options -> 'input')::text)),
      'Store it elsewhere and pass a reference.', json_build_object('schedule_id', p_id));
  end if;
end $$;

comment on function millrace.check_schedule(text, jsonb) is 'Refuses a schedule that could not be followed.';
revoke execute on function millrace.check_schedule(text, jsonb) from public;
