-- create_flow: makes a flow without steps; again: no change. Its options are shown; what holds is what the code of its handlers says.
-- Raises: MR030 for a slug, MR001 for an option.
create or replace function pgflow.create_flow(
  flow_slug text, max_attempts int default null, base_delay int default null, timeout int default null) returns pgflow.flows
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_flow pgflow.flows;
begin
  if not pgflow.is_valid_slug(flow_slug) then
    perform millrace.fail('MR030', format('"%s" is no slug of a flow.', left(flow_slug, 200)),
      'Use letters, digits and "_", at most 128, no digit first, and not "run".', json_build_object('flow_slug', left(flow_slug, 200)));
  elsif max_attempts < 0 or base_delay < 0 or timeout <= 0 then
    perform millrace.fail('MR001', format('The options of flow "%s" were refused.', flow_slug),
      'Give max_attempts and base_delay of at least 0, and a timeout above 0.',
      json_build_object('max_attempts', max_attempts, 'base_delay', base_delay, 'timeout', timeout));
  end if;
  insert into pgflow.flows as f (flow_slug, opt_max_attempts, opt_base_delay, opt_timeout)
  values (create_flow.flow_slug, coalesce(max_attempts, 3), coalesce(base_delay, 1), coalesce(timeout, 60))
  on conflict on constraint flows_pkey do nothing;
  select f.* into v_flow from pgflow.flows f where f.flow_slug = create_flow.flow_slug;
  return v_flow;
end $$;

comment on function pgflow.create_flow(text, int, int, int) is 'Makes a flow without steps.';
revoke execute on function pgflow.create_flow(text, int, int, int) from public;
