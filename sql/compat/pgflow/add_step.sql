-- add_step: adds a step to a flow; one that is there stays as it is. Its options are shown; what holds is what the code of its handler
-- says.
-- Raises: MR030 for a slug, a flow or dependency that is not there, a map over several, a mode; MR001 for an option. Locks: the flow.
create or replace function pgflow.add_step(
  flow_slug text, step_slug text, deps_slugs text[] default '{}', max_attempts int default null, base_delay int default null,
  timeout int default null, start_delay int default null, step_type text default 'single', required_input_pattern jsonb default null,
  forbidden_input_pattern jsonb default null, when_unmet text default 'skip', when_exhausted text default 'fail') returns pgflow.steps
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_modes constant text[] := '{fail,skip,skip-cascade}';
  v_step  pgflow.steps;
  v_bad   text;
begin
  perform 1 from pgflow.flows f where f.flow_slug = add_step.flow_slug order by f.flow_slug for update;
  v_bad := case
    when not found then 'there is no such flow: call create_flow first'
    when not pgflow.is_valid_slug(step_slug) then 'its slug must be of letters, digits and "_", at most 128, no digit first, and not "run"'
    when step_type not in ('single', 'map') then 'step_type must be single or map'
    when step_type = 'map' and cardinality(deps_slugs) > 1 then 'a map has one dependency, or none'
    when step_slug = any (deps_slugs) then 'it depends on itself'
    when exists (select from unnest(deps_slugs) d where not exists (
           select from pgflow.steps s where s.flow_slug = add_step.flow_slug and s.step_slug = d))
      then 'a dependency is not there: add it first'
    when when_unmet <> all (v_modes) or when_exhausted <> all (v_modes) then 'when_unmet and when_exhausted are fail, skip or skip-cascade'
    when jsonb_typeof(required_input_pattern) <> 'object' or jsonb_typeof(forbidden_input_pattern) <> 'object'
      then 'patterns must be objects' end;
  if v_bad is not null then
    perform millrace.fail('MR030', format('Step "%s" of flow "%s" was refused: %s.', left(step_slug, 200), left(flow_slug, 200), v_bad),
      'Correct it, and add it again.', json_build_object('flow_slug', left(flow_slug, 200), 'step_slug', left(step_slug, 200)));
  elsif max_attempts < 0 or base_delay < 0 or timeout <= 0 or start_delay < 0 then
    perform millrace.fail('MR001', format('The options of step "%s" were refused.', step_slug),
      'Give max_attempts, base_delay and start_delay of at least 0, and a timeout above 0.',
      json_build_object('max_attempts', max_attempts, 'base_delay', base_delay, 'timeout', timeout, 'start_delay', start_delay));
  end if;
  insert into pgflow.steps (flow_slug, step_slug, step_type, step_index, deps_slugs, opt_max_attempts, opt_base_delay, opt_timeout,
    opt_start_delay, required_input_pattern, forbidden_input_pattern, when_unmet, when_exhausted)
  select add_step.flow_slug, add_step.step_slug, add_step.step_type,
    (select count(*) from pgflow.steps s where s.flow_slug = add_step.flow_slug), coalesce(add_step.deps_slugs, '{}'), max_attempts,
    base_delay, add_step.timeout, start_delay, add_step.required_input_pattern, add_step.forbidden_input_pattern, add_step.when_unmet,
    add_step.when_exhausted
  on conflict on constraint steps_pkey do nothing;
  select s.* into v_step from pgflow.steps s where s.flow_slug = add_step.flow_slug and s.step_slug = add_step.step_slug;
  return v_step;
end $$;

comment on function pgflow.add_step(text, text, text[], int, int, int, int, text, jsonb, jsonb, text, text) is 'Adds a step to a flow.';
revoke execute on function pgflow.add_step(text, text, text[], int, int, int, int, text, jsonb, jsonb, text, text) from public;
