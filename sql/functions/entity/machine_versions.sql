-- machine_versions: the versions of a machine, or that which is named, as workflows, the tenant's last. Deleted ones too, for their
-- entities are there, and the installation's, of which the tenant has a copy once it starts one.
-- Raises: MR040 if there is none.
create or replace function millrace.machine_versions(p_tenant int, p_name text, p_version text) returns int[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_found int[] := array(select w.id from millrace.workflows w where w.tenant_id in (0, p_tenant) and w.name = p_name
    and w.version = coalesce(p_version, w.version) and w.definition ->> 'kind' = 'machine' order by w.tenant_id, w.id);
begin
  if v_found = '{}' then
    perform millrace.fail('MR040', coalesce(millrace.unknown_machine(p_tenant, p_name),
        format('There is no machine "%s" in version "%s".', left(p_name, 140), left(p_version, 140))),
      'Check the name and the version; import the machine if it is new.',
      json_build_object('workflow_id', left(p_name, 140), 'version', left(p_version, 140)));
  end if;
  return v_found;
end $$;

comment on function millrace.machine_versions(int, text, text) is 'The versions of a machine.';
revoke execute on function millrace.machine_versions(int, text, text) from public;
