-- list_source: where the runs of a list are found that a filter (as get_runs takes it, checked) may match, by what it says beside
-- attributes (p_ranges: attribute_ranges): the narrowest index that it allows.
-- Returns: source (run_window), with label and value; or ids: the runs that it names, or the children of one. And what it says of
-- statuses (null: any) and routes. also: runs beside those of the source: with a fingerprint, those that the engine paused.
drop function if exists millrace.list_source(int, jsonb, jsonb);
create or replace function millrace.list_source(
  p_tenant int, p_filter jsonb, p_ranges jsonb,
  out source text, out label "char", out value text, out ids bigint[], out statuses text[], out routes int[], out also bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set join_collapse_limit = 16 set from_collapse_limit = 16 as $$
declare
  v_resource text := p_filter ->> 'resource_id';
  v_schedule text := p_filter ->> 'schedule_id';
  v_tag      text := p_filter -> 'tags' ->> 0;
  v_parent   bigint;
begin
  statuses := case when jsonb_typeof(p_filter -> 'statuses') = 'array' then array(select jsonb_array_elements_text(p_filter -> 'statuses'))
                   when p_filter ->> 'fingerprint' is not null then '{failed,paused}' end;
  routes := array(
    select r.id from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
    where r.tenant_id = p_tenant and w.name = coalesce(p_filter ->> 'workflow_id', w.name)
      and w.version = coalesce(p_filter ->> 'version', w.version) and r.queue = coalesce(p_filter ->> 'queue', r.queue)
      -- other workflows have no run with such an attribute
      and (p_ranges is null or w.name in (select a.workflow from millrace.attributes a
                                          where a.id in (select c.attribute from jsonb_to_recordset(p_ranges) c (attribute int)))));
  if jsonb_typeof(p_filter -> 'run_ids') = 'array' then
    ids := array(select millrace.known_run(p_tenant, i::uuid) from jsonb_array_elements_text(p_filter -> 'run_ids') i);
  elsif p_filter ->> 'parent_id' is not null then  -- its journal names its children
    v_parent := millrace.known_run(p_tenant, (p_filter ->> 'parent_id')::uuid);
    ids := array(select (c.data::json ->> 'run')::bigint from millrace.get_journal(v_parent) c where c.kind = 'c');
    ids := ids || array(select c.run_id from millrace.continuations c where c.first_run = any (ids));
  end if;
  source := case when ids is not null then 'ids'
                 when coalesce(v_resource, v_schedule, v_tag) is not null then 'label'
                 when statuses in ('{failed}', '{cancelled}') then 'unhappy'
                 when statuses = '{failed,paused}' and p_filter ->> 'fingerprint' is not null then 'unhappy'
                 when statuses <@ '{pending,running,waiting,paused}' then 'live' else 'routes' end;
  label := case when v_resource is not null then 'r' when v_schedule is not null then 's' else 't' end;
  value := case source when 'unhappy' then case statuses[1] when 'failed' then 'f' else 'x' end
             else coalesce(v_resource, v_schedule, v_tag) end;
  if source = 'unhappy' and statuses = '{failed,paused}' then
    also := array(select l.run_id from millrace.live l
                  where l.tenant_id = p_tenant and l.task = 0 and l.state = 'p' and l.reason in ('c', 'h', 'l', 'u'));
  end if;
end $$;

comment on function millrace.list_source(int, jsonb, jsonb) is 'Where the runs of a list are found that a filter may match.';
revoke execute on function millrace.list_source(int, jsonb, jsonb) from public;
