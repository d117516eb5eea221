-- rule_meta: what the meta of a start says for the rules of its workflow's definition: these rules, each with the values at its paths
-- in the input.
-- Raises: MR001 for a path that leads nowhere, or to an object or array (limit_keys).
create or replace function millrace.rule_meta(p_workflow text, p_rules jsonb, p_input jsonb) returns jsonb
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('workflow', p_workflow, 'rules', jsonb_object_agg(e.key, e.value || jsonb_build_object('key',
    coalesce(millrace.limit_keys(p_workflow, array(select k from jsonb_array_elements_text(e.value -> 'key') k), p_input), '{}'))))
  from jsonb_each(p_rules) e
$$;

comment on function millrace.rule_meta(text, jsonb, jsonb) is 'What the meta of a start says for the rules of its workflow.';
revoke execute on function millrace.rule_meta(text, jsonb, jsonb) from public;
