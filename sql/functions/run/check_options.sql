-- check_options: the options of a public function: an object, with nothing in it that the function does not know, for a
-- misspelled one would do nothing and nobody would hear of it. An option that is null is as if it were not there.
--   p_kinds  what it knows beside tenant: text · actor (somebody's name) · whole (a number) · seq (also as text) · texts · uuid · uuids ·
--            time · any (checked by whoever reads it)
-- Returns: the number of the tenant. Raises: MR001 with the option and the rule, MR042 if there is no such tenant.
create or replace function millrace.check_options(p_function text, p_options jsonb, p_kinds jsonb default '{}') returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_kinds jsonb := '{"tenant": "text"}' || p_kinds;
  v_bad   text;
  v_key   text;
begin
  if jsonb_typeof(p_options) <> 'object' then
    v_bad := format('they must be an object, not %s', left(p_options::text, 300));
  else
    select format(case x.rule when 'known' then 'option "%s" is not known' else '%s must be ' || x.rule end, x.key) into v_bad
    from (
      select o.key, case
        when k.kind is null then 'known'
        when t.type = 'null' or k.kind = 'any' then null
        when k.kind = 'text' and t.type <> 'string' then 'a text'
        when k.kind = 'actor' and (t.type <> 'string' or length(t.text) not between 1 and 256 or t.text ~ '^(role|millrace):')
          then 'a text of 1 to 256 characters that does not begin with role: or millrace:, as only what roles and the engine do does'
        -- who did something and why is in a journal, which each replay reads
        when k.kind = 'text' and o.key = 'by' and length(t.text) > 256 then 'a text of at most 256 characters'
        when k.kind = 'text' and o.key = 'reason' and length(t.text) > 2000 then 'a text of at most 2,000 characters'
        when k.kind = 'whole' and (t.type <> 'number' or t.text !~ '^-?[0-9]{1,9}$') then 'a whole number'
        when k.kind = 'seq' and (t.type not in ('number', 'string') or t.text !~ '^-?[0-9]{1,9}$') then 'a whole number'
        when k.kind = 'texts' and (t.type <> 'array' or o.value @? 'strict $[*] ? (@.type() != "string")') then 'an array of texts'
        when k.kind = 'uuids' and (t.type <> 'array' or jsonb_array_length(o.value) > 1000
          or o.value @? 'strict $[*] ? (@.type() != "string" || !(@ like_regex "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" flag "i"))')
          then 'an array of at most 1,000 UUIDs'
        when k.kind = 'uuid' and (t.type <> 'string' or t.text !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') then 'a UUID'
        when k.kind = 'time' and t.type <> 'string' then 'a time as text' end as rule
      from jsonb_each(p_options) o (key, value),
      lateral (select v_kinds ->> o.key as kind) k, lateral (select jsonb_typeof(o.value) as type, o.value #>> '{}' as text) t) x
    where x.rule is not null limit 1;
    if p_kinds::text like '%"time"%' then
      for v_key in select k.key from jsonb_each_text(v_kinds) k where v_bad is null and k.value = 'time' loop
        begin
          perform (p_options ->> v_key)::timestamptz;
        exception when data_exception then
          v_bad := format('%s must be a time, like 2026-11-21T09:00:00Z', v_key);
        end;
      end loop;
    end if;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The options of %s were refused: %s.', p_function, v_bad),
      format('Known options: %s.', (select string_agg(k, ', ' order by k <> 'tenant', k) from jsonb_object_keys(v_kinds) k)),
      json_build_object('options', case when octet_length(p_options::text) < 10000 then p_options end));
  end if;
  return millrace.tenant_id(coalesce(p_options ->> 'tenant', 'default'));
end $$;

comment on function millrace.check_options(text, jsonb, jsonb) is 'Refuses options that a public function does not know; returns the tenant''s number.';
revoke execute on function millrace.check_options(text, jsonb, jsonb) from public;
