-- check_starts: what a client says of its starts is read by others later (lists, retries, whoever lets runs expire): what
-- they could not read is refused here, by name. A null meta is nothing to check, nor is a text or number in one that is
-- null.
-- Raises: 22P02 for a meta that is no JSON, MR001 for one that breaks a rule.
create or replace function millrace.check_starts(p_metas text[]) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_nth bigint;
  v_bad text;
begin
  select x.i, x.bad into v_nth, v_bad
  from (
    select u.i, case
      when jsonb_typeof(m) <> 'object' then 'meta must be an object'
      when jsonb_typeof(m -> 'workflow') not in ('string', 'null') or m ->> 'workflow' !~ '^[A-Za-z0-9_.: -]{1,128}$'
        then 'workflow must match [A-Za-z0-9_.: -]{1,128}'
      when jsonb_typeof(m -> 'key') not in ('string', 'null') or length(m ->> 'key') not between 1 and 256
        then 'key must be a text of 1 to 256 characters'
      when (m ->> 'key' is not null or m ? 'keys') and m ->> 'workflow' is null
        then 'key and keys need the name of the workflow beside them'
      when m ? 'keys' and (jsonb_typeof(m -> 'keys') <> 'object' or octet_length(m ->> 'keys') > 4096
        or jsonb_path_exists(m -> 'keys', 'strict $.* ? (@.type() == "object" || @.type() == "array")'))
        then 'keys must be an object of texts, numbers, booleans and nulls, of at most 4,096 bytes'
      when m ? 'rules' and m ->> 'workflow' is null then 'rules need the name of the workflow beside them'
      when millrace.rules_problem(m -> 'rules', true) is not null then millrace.rules_problem(m -> 'rules', true)
      when m #> '{rules,batch}' is not null and (m ->> 'key' is not null or m ->> 'id' is not null)
        then 'what goes into a batch has no key or id: it has no run of its own'
      when m ? 'weight' and (jsonb_typeof(m -> 'weight') <> 'number' or (m ->> 'weight')::numeric not between 0.01 and 1000)
        then 'weight must be a number from 0.01 to 1000'
      when jsonb_typeof(m -> 'resource') not in ('string', 'null') or length(m ->> 'resource') not between 1 and 256
        then 'resource must be a text of 1 to 256 characters'
      when jsonb_typeof(m -> 'id') not in ('string', 'null') or m ->> 'id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        then 'id must be a UUID'
      when m ->> 'id' is not null and millrace.run_number((m ->> 'id')::uuid) is not null then 'id must not be an id that the engine made'
      when jsonb_typeof(m -> 'tags') <> 'array' then 'tags must be an array of at most 32'
      when m ? 'tags' and (jsonb_array_length(m -> 'tags') > 32 or jsonb_path_exists(m -> 'tags',
        'strict $[*] ? (@.type() != "string" || !(@ like_regex "^.{1,64}$" flag "s"))'))
        then 'tags must be at most 32 texts of 1 to 64 characters'
      when jsonb_typeof(m -> 'attributes') <> 'object' then 'attributes must be an object'
      when m ? 'attributes' and octet_length((u.meta::json -> 'attributes')::text) > 16384 then 'attributes must have at most 16 KiB'
      when jsonb_typeof(m -> 'retries') not in ('number', 'null') or m ->> 'retries' !~ '^[0-9]{1,3}$'
        then 'retries must be a whole number from 0 to 999'
      when jsonb_typeof(m -> 'timeout_ms') not in ('number', 'null') or m ->> 'timeout_ms' !~ '^[0-9]{1,13}$'
           or (m ->> 'timeout_ms')::bigint not between 1 and 3155760000000
        then 'timeout_ms must be a whole number of milliseconds, at most 100 years'
      when jsonb_typeof(m -> 'start_within_ms') not in ('number', 'null') or m ->> 'start_within_ms' !~ '^[0-9]{1,13}$'
           or (m ->> 'start_within_ms')::bigint not between 1 and 3155760000000
        then 'start_within_ms must be a whole number of milliseconds, at most 100 years'
      when m ->> 'parent' !~ '^[0-9]{1,18}$' then 'parent must be the number of a run'
      when m ->> 'retried_from' !~ '^[0-9]{1,18}$' then 'retried_from must be the number of a run'
      when m ->> 'forked_from' !~ '^[0-9]{1,18}$' then 'forked_from must be the number of a run' end as bad
    from unnest(p_metas) with ordinality u (meta, i), lateral (select u.meta::jsonb as m offset 0) p
    where u.meta is not null) x
  where x.bad is not null limit 1;
  if found then
    perform millrace.fail('MR001', format('Start %s of this call was refused: %s.', v_nth, v_bad),
      'Look up the form of meta in the head of start_runs.', json_build_object('start', v_nth));
  end if;
end $$;

comment on function millrace.check_starts(text[]) is 'Refuses metas of starts that others could not read later.';
revoke execute on function millrace.check_starts(text[]) from public;
