-- put_event_starts: the events on which a workflow version starts; they replace what it had.
--   p_starts  [{"event": "paid", "key": "eu"}]; without a key: whatever its key
-- Raises: MR001 for what is no such list.
create or replace function millrace.put_event_starts(p_tenant int, p_workflow int, p_starts jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(p_starts) <> 'array' or exists (
       select from jsonb_array_elements(p_starts) s
       where jsonb_typeof(s) <> 'object' or coalesce(s ->> 'event', '') !~ '^[A-Za-z0-9_.: -]{1,128}$'
         or length(s ->> 'key') not between 1 and 256) then
    perform millrace.fail('MR001', 'start_on is not a list of events.',
      'Give [{"event": "paid", "key": "eu"}], the key only where it matters.', json_build_object('start_on', p_starts));
  end if;
  delete from millrace.event_starts d
  where d.tenant_id = p_tenant and d.workflow_id = p_workflow
    and not exists (select from jsonb_array_elements(p_starts) s where s ->> 'event' = d.event and coalesce(s ->> 'key', '') = d.key);
  insert into millrace.event_starts (tenant_id, event, key, workflow_id)
  select distinct p_tenant, s ->> 'event', coalesce(s ->> 'key', ''), p_workflow from jsonb_array_elements(p_starts) s
  on conflict on constraint event_starts_pkey do nothing;
end $$;

comment on function millrace.put_event_starts(int, int, jsonb) is 'The events on which a workflow version starts.';
revoke execute on function millrace.put_event_starts(int, int, jsonb) from public;
