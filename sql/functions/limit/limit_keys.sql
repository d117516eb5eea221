-- limit_keys: what is at those paths of an input: {path: value}; null if there are no paths. A value is a text of at most 256
-- characters, a number (1.0 is 1), a boolean or null.
-- Raises: MR001 for a path that leads nowhere, to an object or array, or to a longer text.
create or replace function millrace.limit_keys(p_workflow text, p_paths text[], p_input jsonb) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  select format(case when x.value is null then 'there is nothing at "%s"'
                     when jsonb_typeof(x.value) = 'string' then 'at "%s" there is a text of more than 256 characters'
                     else 'at "%s" there is an %s' end, x.path, jsonb_typeof(x.value))
  into v_bad
  from (select p.path, p_input #> string_to_array(p.path, '.') as value from unnest(p_paths) p (path)) x
  where x.value is null or jsonb_typeof(x.value) in ('object', 'array')
     or jsonb_typeof(x.value) = 'string' and length(x.value #>> '{}') > 256 limit 1;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The input of "%s" does not have its key: %s.', p_workflow, v_bad),
      'Give a text, number, boolean or null there, or take the key out of the rules of the workflow and of its queue.',
      json_build_object('workflow_id', p_workflow));
  end if;
  return (select jsonb_object_agg(x.path, case when jsonb_typeof(x.value) = 'number' then to_jsonb(trim_scale((x.value #>> '{}')::numeric))
                                               else x.value end)
          from (select p.path, p_input #> string_to_array(p.path, '.') as value from unnest(p_paths) p (path)) x);
end $$;

comment on function millrace.limit_keys(text, text[], jsonb) is 'What is at the paths of limits in an input.';
revoke execute on function millrace.limit_keys(text, text[], jsonb) from public;
