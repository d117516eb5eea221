-- check_machine: refuses a machine's document that cannot be stored, with all that is wrong with it.
-- Returns: its name. Raises: MR030 with issues (code, message, pointer), the first hundred.
create or replace function millrace.check_machine(p_document jsonb) returns text
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_size   int := octet_length(p_document::text);
  v_name   text := left(p_document #>> '{workflow,name}', 200);
  v_issues jsonb;
begin
  if v_size > 1048576 then
    v_issues := jsonb_build_array(jsonb_build_object('code', 'TOO_LARGE', 'pointer', '', 'message',
      format('The document has %s bytes; there may be 1,048,576. Keep what is for people elsewhere.', v_size)));
  elsif p_document @? 'lax $.**{129}' then
    v_issues := '[{"code": "TOO_LARGE", "pointer": "", "message": "The document is nested more than 128 levels deep. Make it flatter."}]';
  elsif jsonb_typeof(p_document) is distinct from 'object' or jsonb_typeof(p_document -> 'states') is distinct from 'array' then
    v_issues := '[{"code": "VALIDATION_ERROR", "pointer": "", "message": "The document must be an object with workflow and states."}]';
  else
    select jsonb_agg(to_jsonb(x)) into v_issues from (select s.* from millrace.machine_shape(p_document) s limit 100) x;
    if v_issues is null then
      select jsonb_agg(to_jsonb(x)) into v_issues from (select s.* from millrace.machine_issues(p_document) s limit 100) x;
    end if;
  end if;
  if v_issues is not null then
    perform millrace.fail('MR030', format('The document%s was refused: %s%s', ' "' || v_name || '"', v_issues #>> '{0,message}',
        case when jsonb_array_length(v_issues) > 1 then format(' (and %s more)', jsonb_array_length(v_issues) - 1) else '' end),
      'Correct what the issues name, and put it again.', json_build_object('workflow_id', v_name, 'issues', v_issues));
  end if;
  return p_document #>> '{workflow,name}';
end $$;

comment on function millrace.check_machine(jsonb) is 'Refuses a machine''s document that cannot be stored; returns its name.';
revoke execute on function millrace.check_machine(jsonb) from public;
