-- machine_of_id: the machine that a caller names by the id that other systems know it by (machine_uuid: that version), or by its name.
-- Returns: name; version, null for a name: starts take that registered last. Raises: MR001 for null; MR040 if neither the tenant nor the
-- installation has such a version. Whether there is a machine of that name the start says.
create or replace function millrace.machine_of_id(p_tenant int, p_id text, out name text, out version text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_id is null then
    perform millrace.fail('MR001', 'No machine is named.', 'Give its id or its name.');
  end if;
  select w.name, w.version into name, version from millrace.workflows w
  where w.id = millrace.machine_number(p_id) and w.tenant_id in (0, p_tenant) and w.definition ->> 'kind' = 'machine'
    and w.deleted_at is null;
  if name is null and millrace.machine_number(p_id) is not null then
    perform millrace.fail('MR040', format('There is no machine with the id "%s".', p_id), 'Check the id, or name the machine.',
      json_build_object('workflow_id', p_id));
  end if;
  name := coalesce(name, p_id);
end $$;

comment on function millrace.machine_of_id(int, text) is 'The machine that is named by its id or its name.';
revoke execute on function millrace.machine_of_id(int, text) from public;
