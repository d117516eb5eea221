-- check_rules: refuses rules of a definition that could not be followed. Null: none. Raises: MR001 that names the rule.
create or replace function millrace.check_rules(p_workflow text, p_rules jsonb) returns void
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text := millrace.rules_problem(p_rules, false);
begin
  if v_bad is not null then
    perform millrace.fail('MR001', format('The rules of starts of "%s" were refused: %s.', p_workflow, v_bad), 'Correct the rule.',
      json_build_object('workflow_id', p_workflow, 'rules', p_rules));
  end if;
end $$;

comment on function millrace.check_rules(text, jsonb) is 'Refuses rules of a definition that could not be followed.';
revoke execute on function millrace.check_rules(text, jsonb) from public;
