-- check_verb: what the verb of a bulk operation needs, before anything is done: an operation that fails for each run is a mistake.
-- Raises: MR001 with the option and the rule; MR002 for an input or output that is too big; MR040 for a version that the workflow, or all
-- of them, do not have.
drop function if exists millrace.check_verb(text, jsonb, int);
create or replace function millrace.check_verb(p_tenant int, p_verb text, p_filter jsonb, p_options jsonb, p_rate int) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad     text;
  v_version text := coalesce(p_options ->> 'to_version', p_options ->> 'version');
begin
  v_bad := case
    when jsonb_typeof(p_options -> 'dry_run') not in ('boolean', 'null') then 'dry_run must be true or false'
    when p_rate not between 1 and 10000 then 'per_second must be between 1 and 10,000'
    when length(p_options ->> 'by') > 256 then 'by must have at most 256 characters'
    when p_verb = 'fork' and p_options ->> 'from_step' is null then 'from_step is missing'
    when p_verb = 'fork' and p_options ? 'input' and p_filter ->> 'workflow_id' is null
      then 'input is for runs of one workflow, which the filter must name'
    when p_verb = 'migrate' and p_options ->> 'to_version' is null then 'to_version is missing'
    when p_verb = 'signal' and coalesce(p_options ->> 'event_name', '') !~ '^[A-Za-z0-9_.: -]{1,128}$'
      then 'event_name must match [A-Za-z0-9_.: -]{1,128}'
    when octet_length((p_options -> 'data')::text) > 1048576 then 'data must have at most 1 MiB' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The options of bulk_%s were refused: %s.', p_verb, v_bad), 'Give that option.',
      json_build_object('verb', p_verb));
  end if;
  v_bad := case when octet_length((p_options -> 'input')::text) > 1048576 then 'input'
                when octet_length((p_options -> 'output')::text) > 1048576 then 'output' end;
  if v_bad is not null then
    perform millrace.fail('MR002', format('An %s of %s bytes is over the limit of 1 MiB.', v_bad, octet_length((p_options -> v_bad)::text)),
      'Store it elsewhere and pass a reference.', json_build_object('verb', p_verb));
  end if;
  if v_version is not null and not exists (
    select from millrace.workflows w
    where w.tenant_id in (0, p_tenant) and w.name = coalesce(p_filter ->> 'workflow_id', w.name) and w.version = v_version) then
    perform millrace.fail('MR040', format('There is no version "%s" of %s.', left(v_version, 100),
        coalesce(format('workflow "%s"', left(p_filter ->> 'workflow_id', 200)), 'any workflow')),
      'Start a worker that has it, or name another.', json_build_object('version', left(v_version, 100)));
  end if;
end $$;

comment on function millrace.check_verb(int, text, jsonb, jsonb, int) is 'Refuses a bulk operation without what its verb needs.';
revoke execute on function millrace.check_verb(int, text, jsonb, jsonb, int) from public;
