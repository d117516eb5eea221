-- webhook_row: the row that a webhook with these options has when it is new. Nothing is written.
-- Raises: MR001 for options of its runs that break a rule, MR040 for a workflow, or a version of it, that is not registered.
create or replace function millrace.webhook_row(p_tenant int, p_name text, p_options jsonb) returns millrace.webhooks
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row millrace.webhooks;
begin
  v_row.tenant_id := p_tenant;
  v_row.name := p_name;
  v_row.direction := case when p_options ->> 'url' is null then 'i' else 'o' end;
  v_row.scheme := coalesce(p_options ->> 'scheme', 'standard');
  v_row.workflow := p_options ->> 'workflow_id';
  v_row.created_at := date_trunc('milliseconds', millrace.clock());
  v_row.keep_ms := coalesce(millrace.duration_ms(p_options -> 'retention'), 604800000);
  v_row.active := coalesce((p_options ->> 'active')::boolean, true);
  v_row.due_at := v_row.created_at + case v_row.direction when 'i' then interval '1 hour' else interval '0' end;
  v_row.failures := 0;
  if v_row.direction = 'o' then
    v_row.url := p_options ->> 'url';
    v_row.events := array(select distinct e.name from jsonb_array_elements_text(p_options -> 'events') e (name) order by 1);
    return v_row;
  end if;
  if not exists (select from millrace.workflows w where w.tenant_id in (0, p_tenant) and w.name = v_row.workflow
                   and w.version = coalesce(p_options ->> 'version', w.version)) then
    perform millrace.fail('MR040', format('The webhook "%s" was refused: workflow "%s"%s is not registered.', p_name, v_row.workflow,
        ' in version "' || (p_options ->> 'version') || '"'),
      'Check the name, or start a worker that has it first.',
      json_build_object('webhook_id', p_name, 'workflow_id', v_row.workflow, 'version', p_options ->> 'version'));
  end if;
  v_row.path := p_options ->> 'path';
  v_row.tolerance_ms := coalesce(millrace.duration_ms(p_options -> 'tolerance'), 300000);
  v_row.run_options := jsonb_strip_nulls(p_options)
    - '{tenant,by,workflow_id,scheme,secret,new_secret,sealed,path,tolerance,retention,active}'::text[];
  perform millrace.start_meta(v_row.workflow, v_row.run_options);
  return v_row;
end $$;

comment on function millrace.webhook_row(int, text, jsonb) is 'The row that a webhook with these options has when it is new.';
revoke execute on function millrace.webhook_row(int, text, jsonb) from public;
