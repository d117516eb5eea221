-- put_attributes: makes the attributes of a workflow known, so that runs that are started from now on are found by them.
-- Raises: MR001 (check_attributes).
create or replace function millrace.put_attributes(p_tenant int, p_workflow text, p_rules jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.check_attributes(p_rules);
  insert into millrace.attributes (tenant_id, workflow, name, type)
  select p_tenant, p_workflow, r.name, millrace.attribute_type(r.rule)
  from jsonb_each(p_rules) r (name, rule)
  where not exists (select from millrace.attributes a where a.tenant_id = p_tenant and a.workflow = p_workflow and a.name = r.name
                    and a.type = millrace.attribute_type(r.rule))
  order by r.name
  on conflict on constraint attributes_key do nothing;
end $$;

comment on function millrace.put_attributes(int, text, jsonb) is 'Makes the attributes of a workflow known.';
revoke execute on function millrace.put_attributes(int, text, jsonb) from public;
