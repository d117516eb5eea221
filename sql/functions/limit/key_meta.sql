-- key_meta: what the meta of a run says for its limits: the values at their paths in its input, and the weight of its key.
-- Raises: MR001 for a path that leads nowhere, or to an object or array; for a weight that is no number from 0.01 to 1000.
create or replace function millrace.key_meta(p_workflow text, p_paths text[], p_weight text, p_input jsonb) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_weight jsonb := p_input #> string_to_array(p_weight, '.');
begin
  if jsonb_typeof(v_weight) <> 'null'
     and (jsonb_typeof(v_weight) <> 'number' or (v_weight #>> '{}')::numeric not between 0.01 and 1000) then
    perform millrace.fail('MR001', format('The input of "%s" has the weight %s at "%s".', p_workflow, v_weight, p_weight),
      'Give a number from 0.01 to 1000, or leave it out.', json_build_object('workflow_id', p_workflow));
  end if;
  return jsonb_strip_nulls(jsonb_build_object('workflow', p_workflow, 'weight', v_weight))
         || jsonb_build_object('keys', millrace.limit_keys(p_workflow, p_paths, p_input));
end $$;

comment on function millrace.key_meta(text, text[], text, jsonb) is 'What the meta of a run says for its limits.';
revoke execute on function millrace.key_meta(text, text[], text, jsonb) from public;
