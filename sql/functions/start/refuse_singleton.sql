-- refuse_singleton: raises MR014 for a start whose key a live run has.
create or replace function millrace.refuse_singleton(p_tenant int, p_run bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_run record;
begin
  select d.id, d.workflow_id, d.status, d.meta #> '{rules,singleton,key}' as key into v_run
  from millrace.run_details d where d.run_id = p_run and d.tenant_id = p_tenant;
  perform millrace.fail('MR014',
    format('Run %s of "%s" is %s with the same key %s, and there may be only one (singleton).', v_run.id, v_run.workflow_id,
           v_run.status, coalesce(v_run.key, '{}')),
    'Wait for its end or cancel it; or let the workflow''s singleton join or replace it.',
    json_build_object('existing', v_run.id, 'workflow_id', v_run.workflow_id));
end $$;

comment on function millrace.refuse_singleton(int, bigint) is 'Raises MR014 for a start whose key a live run has.';
revoke execute on function millrace.refuse_singleton(int, bigint) from public;
