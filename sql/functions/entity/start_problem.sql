-- start_problem: why an entity was not started, as {code, message, hint, details}.
--   p_rule   a code, or one with the rule that was broken, or, MR040, with the kind of the workflow that has the name
--   p_there  the instance that is there
drop function if exists millrace.start_problem(int, text, text, text, text, uuid);
create or replace function millrace.start_problem(
  p_rule text, p_machine text, p_version text, p_table text, p_entity text, p_there uuid) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select json_build_object('code', left(p_rule, 5), 'message', case left(p_rule, 6)
      when 'MR040 ' then format('There is no machine "%s": that is a %s, which has runs, and no entities.', left(p_machine, 140),
        substr(p_rule, 7))
      when 'MR018' then format('"%s" of "%s" is in the machine "%s" already.', p_entity, p_table, p_machine)
      when 'MR010' then format('The request was used before for another start of "%s" for "%s" of "%s".', p_machine, p_entity, p_table)
      when 'MR016' then format('Machine "%s" is not active: no entity can be started.', p_machine)
      when 'MR040' then format('There is no machine "%s"%s.', left(p_machine, 140),
        ' in version "' || nullif(left(p_version, 140), '') || '"')
      else format('The start of "%s" was refused: %s.', left(p_machine, 140), substr(p_rule, 7)) end,
    'hint', case left(p_rule, 6)
      when 'MR040 ' then 'Start a run: "millrace start", client.startWorkflow(), POST /api/runs, or millrace.start_workflow in SQL.'
      when 'MR018' then 'Move the one that is there, or start with if_exists: return, "--reuse" of "millrace entities start".'
      when 'MR010' then 'Use another request for another start.'
      when 'MR016' then 'Activate it: millrace.activate_workflow, or "millrace workflows activate".'
      when 'MR040' then 'Check the name and the version; import the machine if it is new.'
      when 'MR002 ' then 'Store it elsewhere and pass a reference.'
      else 'Correct it.' end,
    'details', json_build_object('workflow_id', left(p_machine, 140), 'entity_table', left(p_table, 300), 'entity_id', left(p_entity, 300),
      'instance_id', p_there, 'reason', case left(p_rule, 5) when 'MR016' then 'WORKFLOW_INACTIVE' end,
      'rule', case left(p_rule, 5) when 'MR002' then 'size' end))
$$;

comment on function millrace.start_problem(text, text, text, text, text, uuid) is 'Why an entity was not started.';
revoke execute on function millrace.start_problem(text, text, text, text, text, uuid) from public;
