-- check_filter: as check_options, for a filter of runs and whatever else the function knows (p_kinds).
-- Returns: the number of the tenant. Raises: MR001 with the option and the rule, MR042 if there is no such tenant.
create or replace function millrace.check_filter(p_function text, p_filter jsonb, p_kinds jsonb default '{}') returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options(p_function, p_filter,
    '{"workflow_id": "text", "version": "text", "queue": "text", "statuses": "texts", "resource_id": "text", "tags": "texts",
      "parent_id": "uuid", "created_after": "time", "created_before": "time", "fingerprint": "text", "run_ids": "uuids",
      "ended_before": "time", "attributes": "any", "schedule_id": "text"}' || p_kinds);
  v_bad    text;
begin
  select s into v_bad from jsonb_array_elements_text(coalesce(nullif(p_filter -> 'statuses', 'null'), '[]')) s
  where s not in ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled') limit 1;
  if found then
    perform millrace.fail('MR001', format('"%s" is no status of a run.', left(v_bad, 100)),
      'There are pending, running, waiting, paused, completed, failed and cancelled.', json_build_object('status', left(v_bad, 100)));
  end if;
  perform millrace.check_conditions(p_filter -> 'attributes');
  return v_tenant;
end $$;

comment on function millrace.check_filter(text, jsonb, jsonb) is 'Refuses what is no filter of runs; returns the tenant''s number.';
revoke execute on function millrace.check_filter(text, jsonb, jsonb) from public;
