-- item_problem: what rule a start or a transition of an entity breaks by what the caller gives beside it: the code, a space, the rule.
--   p_extra  as start_entities and execute_transitions take it
create or replace function millrace.item_problem(p_extra jsonb, p_by text, p_request text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_bad text;
begin
  v_bad := case
    when jsonb_typeof(p_extra) <> 'object' then 'MR001 the options must be an object'
    when length(p_by) not between 1 and 256 then 'MR001 by must be a text of 1 to 256 characters'
    when p_by ~ '^(role|millrace):' and p_by <> 'millrace:timer' or p_extra ->> 'claimed_by' ~ '^(role|millrace):' then format(
      'MR001 "%s" is nobody''s name: what begins with role: or millrace: is what a role of the database or the engine itself did',
      left(case when p_by ~ '^(role|millrace):' then p_by else p_extra ->> 'claimed_by' end, 100))
    when length(p_request) not between 1 and 256 then 'MR001 the idempotency key must be a text of 1 to 256 characters'
    when jsonb_typeof(p_extra -> 'claimed_by') not in ('string', 'null') or length(p_extra ->> 'claimed_by') not between 1 and 256
      then 'MR001 claimed_by must be a text of 1 to 256 characters'
    when jsonb_typeof(p_extra -> 'notes') not in ('string', 'null') or length(p_extra ->> 'notes') > 10000
      then 'MR001 notes must be a text of at most 10,000 characters'
    when jsonb_typeof(p_extra -> 'expected_state') not in ('string', 'null') then 'MR001 expected_state must be a text'
    when jsonb_typeof(p_extra -> 'if_exists') <> 'null' and p_extra -> 'if_exists' not in ('"fail"', '"return"')
      then 'MR001 if_exists must be fail or return'
    when jsonb_typeof(p_extra -> 'roles') not in ('array', 'null') then 'MR001 roles must be an array of texts'
    when jsonb_typeof(p_extra -> 'context') not in ('object', 'null') then 'MR001 context must be an object'
    when jsonb_typeof(p_extra -> 'metadata') not in ('object', 'null') then 'MR001 metadata must be an object'
    when jsonb_typeof(p_extra -> 'set') not in ('object', 'null') then 'MR001 set must be an object'
    when p_extra ? 'metadata' and jsonb_path_exists(p_extra, 'strict $.metadata.keyvalue() ? (@.key starts with "$")')
      then 'MR001 keys of metadata must not begin with $: these are the engine''s' end;
  if v_bad is null and (p_extra ? 'roles' or pg_column_size(p_extra) > 1000) then
    v_bad := (
      select min(x.bad) from (
        select 'MR001 roles must be at most 100 texts of 1 to 256 characters' as bad
        from jsonb_array_elements(nullif(p_extra -> 'roles', 'null')) with ordinality r (one, i)
        where r.i > 100 or jsonb_typeof(r.one) <> 'string' or length(r.one #>> '{}') not between 1 and 256
        union all
        select format('MR002 %s has %s bytes, over the limit of 64 KiB', k.key, octet_length((p_extra -> k.key)::text))
        from unnest('{context,metadata,set}'::text[]) k (key) where octet_length((p_extra -> k.key)::text) > 65536) x);
  end if;
  return v_bad;
end $$;

comment on function millrace.item_problem(jsonb, text, text) is 'What rule a start or a transition of an entity breaks.';
revoke execute on function millrace.item_problem(jsonb, text, text) from public;
