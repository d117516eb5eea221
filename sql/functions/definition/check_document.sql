-- check_document: refuses a graph's document that no worker could take, with all that is wrong with it, as far as that can be said here.
-- Returns: the id of its workflow: what it says, else its name, or, of a document without $schema, made of a name that is a title.
-- Raises: MR030 with issues (code, message, pointer), the first hundred.
create or replace function millrace.check_document(p_document jsonb) returns text
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_name   text := case when jsonb_typeof(p_document -> 'name') = 'string' then p_document ->> 'name' end;
  v_id     text := p_document ->> 'id';
  v_named  boolean := v_name ~ '^[A-Za-z0-9_.: -]{1,128}$';
  v_ours   boolean := coalesce(jsonb_typeof(p_document -> '$schema') = 'string', false) and v_id is null;  -- its name is its id
  v_size   int := octet_length(p_document::text);
  v_issues jsonb := '[]';
  v_first  text;
begin
  if jsonb_typeof(p_document) is distinct from 'object' then
    v_issues := '[{"code": "VALIDATION_ERROR", "message": "The document must be an object with name and steps.", "pointer": ""}]';
  elsif v_size > 4194304 then  -- before anything looks at its parts
    v_issues := jsonb_build_array(jsonb_build_object('code', 'TOO_LARGE', 'pointer', '', 'message',
      format('The document has %s bytes; there may be 4,194,304. Move some steps into sub-workflows.', v_size)));
  else
    select coalesce(jsonb_agg(jsonb_build_object('code', x.code, 'message', x.message, 'pointer', x.pointer)), '[]') into v_issues
    from (
      select y.* from (
        select 'VALIDATION_ERROR' as code, format('The name of the document must be %s.', case when v_ours
            then '1 to 128 letters, digits, spaces, or characters of "_.:-"' else '1 to 200 printable characters' end) as message,
          '/name' as pointer
        where not coalesce(v_named or not v_ours and v_name ~ '^[^\u0001-\u001f\u007f-\u009f\u2028\u2029]{1,200}$', false)
        union all
        select 'VALIDATION_ERROR', 'The id of the document must be 1 to 128 letters, digits, spaces, or characters of "_.:-".', '/id'
        where jsonb_typeof(p_document -> 'id') not in ('string', 'null') or v_id !~ '^[A-Za-z0-9_.: -]{1,128}$'
        union all
        select 'VALIDATION_ERROR', 'The version of the document must be 1 to 128 letters, digits, spaces, or characters of "_.:-".',
          '/version'
        where jsonb_typeof(p_document -> 'version') not in ('string', 'null') or p_document ->> 'version' !~ '^[A-Za-z0-9_.: -]{1,128}$'
        union all
        select 'VALIDATION_ERROR', 'The trigger_type of the document must be manual, webhook or cron.', '/trigger_type'
        where p_document -> 'trigger_type' not in ('"manual"', '"webhook"', '"cron"', 'null')
        union all
        select 'VALIDATION_ERROR',
          'The document has trigger_type cron, but no trigger_config.cron_expression. Give one, like "0 9 * * 1-5".', '/trigger_config'
        where p_document ->> 'trigger_type' = 'cron'
          and jsonb_typeof(p_document #> '{trigger_config,cron_expression}') is distinct from 'string'
        union all
        select n.* from millrace.node_issues(p_document) n) y
      limit 100) x;
  end if;
  if v_issues <> '[]' then
    v_first := v_issues #>> '{0,message}';
    perform millrace.fail('MR030', format('The document%s was refused: %s%s', ' "' || left(v_name, 200) || '"', v_first,
        case when jsonb_array_length(v_issues) > 1 then format(' (and %s more)', jsonb_array_length(v_issues) - 1) else '' end),
      'Correct what the issues name, and put it again.', json_build_object('workflow_id', left(v_name, 200), 'issues', v_issues));
  end if;
  return case when v_id is not null then v_id when v_named then v_name
              else left(regexp_replace(v_name, '[^A-Za-z0-9_.: -]+', '-', 'g'), 100)
                   || '-' || left(encode(sha256(convert_to(v_name, 'UTF8')), 'hex'), 6) end;
end $$;

comment on function millrace.check_document(jsonb) is 'Refuses a graph''s document that no worker could take; returns the id of its workflow.';
revoke execute on function millrace.check_document(jsonb) from public;
