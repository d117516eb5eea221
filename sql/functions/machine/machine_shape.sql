-- machine_shape: what is wrong with the shape of a machine's document: keys, types and names, before anything reads what they say. The
-- same is refused as by validateMachine (src/entity/document/machine-fields.ts). Keys that begin with x- are for people and tools.
-- Returns: code, message and JSON pointer of each problem.
create or replace function millrace.machine_shape(p_document jsonb) returns table (code text, message text, pointer text)
language sql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  with rules (kind, rule) as (values
    ('name', 'be 1 to 128 letters, digits, spaces, or characters of "_.:-"'), ('text', 'be a text of 1 to 200 characters'),
    ('line', 'be a text of at most 1,000 characters'), ('roles', 'be a text of 1 to 200 characters, or an array of 1 to 100 of them'),
    ('object', 'be an object'), ('flag', 'be true or false'), ('conditions', 'be an expression, or an object'),
    ('duration', 'be a duration: seconds as a number above 0, or a text like "5 minutes", of at most 100 years'),
    ('actions', 'be an array of at most 100 actions'), ('from', 'be the name of a state, an array of 1 to 1,000 of them, or *'),
    ('eyes', 'be true, false, the name of a transition, or an array of 1 to 100 of them'), ('states', 'be an array of 1 to 1,000 states'),
    ('transitions', 'be an array of at most 5,000 transitions')),
  known (part, key, kind, required) as (values
    ('document', '$schema', 'line', false), ('document', 'workflow', 'object', true), ('document', 'states', 'states', true),
    ('document', 'transitions', 'transitions', false),
    ('workflow', 'name', 'name', true), ('workflow', 'version', 'name', false), ('workflow', 'table', 'text', false),
    ('workflow', 'metadata', 'object', false),
    ('state', 'name', 'name', true), ('state', 'initial', 'flag', false), ('state', 'final', 'flag', false),
    ('state', 'metadata', 'object', false), ('state', 'on_enter', 'actions', false), ('state', 'on_leave', 'actions', false),
    ('state', 'sla', 'duration', false),
    ('transition', 'from', 'from', true), ('transition', 'to', 'name', true), ('transition', 'name', 'name', false),
    ('transition', 'conditions', 'conditions', false), ('transition', 'context', 'object', false),
    ('transition', 'metadata', 'object', false), ('transition', 'after', 'duration', false),
    ('transition', 'requires_role', 'roles', false), ('transition', 'four_eyes', 'eyes', false),
    ('transition', 'reason_required', 'flag', false), ('transition', 'actions', 'actions', false),
    ('action', 'start', 'name', false), ('action', 'input', 'json', false), ('action', 'signal', 'name', false),
    ('action', 'run_id', 'line', false), ('action', 'data', 'json', false), ('action', 'webhook', 'name', false)),
  parts as materialized (select * from millrace.machine_parts(p_document)),
  fields as materialized (
    select p.part, p.at || '/' || replace(replace(f.key, '~', '~0'), '/', '~1') as at, f.key, f.value, f.value #>> '{}' as text,
      jsonb_typeof(f.value) as type, k.kind, k.required
    from parts p cross join lateral jsonb_each(case jsonb_typeof(p.one) when 'object' then p.one else '{}' end) f
    left join known k on k.part = p.part and k.key = f.key),
  -- names are told from other texts only here: one that is a list has each of its items looked at
  items as materialized (
    select f.at, f.kind, count(*) as count, bool_and(jsonb_typeof(i.one) = 'string'
      and case when f.kind in ('from', 'eyes') then i.one #>> '{}' ~ '^[A-Za-z0-9_.: -]{1,128}$'
               else length(i.one #>> '{}') between 1 and 200 end) as right
    from fields f, lateral jsonb_array_elements(f.value) i (one)
    where f.type = 'array' and f.kind in ('from', 'eyes', 'roles') group by f.at, f.kind)
  select 'VALIDATION_ERROR', format('A %s must be an object.', p.part), p.at from parts p where jsonb_typeof(p.one) <> 'object'
  union all
  select 'VALIDATION_ERROR', format('A %s has no key "%s".%s There are: %s. What is for people or tools alone begins with "x-".', f.part,
      left(f.key, 100), millrace.nearest_name(f.key, (select array_agg(k.key) from known k where k.part = f.part)),
      (select string_agg(k.key, ', ') from known k where k.part = f.part)), f.at
  from fields f where f.kind is null and f.key !~ '^x-'
  union all
  select 'VALIDATION_ERROR', format('A %s must have a %s.', p.part, k.key), p.at || '/' || k.key
  from parts p join known k using (part) where k.required and jsonb_typeof(p.one) = 'object' and not p.one ? k.key
  union all
  select 'VALIDATION_ERROR', format('%s must %s.', f.key, r.rule), f.at
  from fields f join rules r using (kind) left join items i on i.at = f.at
  where (f.type <> 'null' or f.required) and not coalesce(case f.kind
    when 'name' then f.type = 'string' and f.text ~ '^[A-Za-z0-9_.: -]{1,128}$'
    when 'text' then f.type = 'string' and length(f.text) between 1 and 200
    when 'line' then f.type = 'string' and length(f.text) <= 1000
    when 'object' then f.type = 'object'
    when 'flag' then f.type = 'boolean'
    when 'conditions' then f.type in ('string', 'object')
    when 'duration' then f.type in ('string', 'number')
    when 'actions' then f.type = 'array' and jsonb_array_length(f.value) <= 100
    when 'states' then f.type = 'array' and jsonb_array_length(f.value) between 1 and 1000
    when 'transitions' then f.type = 'array' and jsonb_array_length(f.value) <= 5000
    when 'from' then f.type = 'string' and f.text ~ '^(\*|[A-Za-z0-9_.: -]{1,128})$' or i.right and i.count <= 1000
    when 'eyes' then f.type = 'boolean' or f.type = 'string' and f.text ~ '^[A-Za-z0-9_.: -]{1,128}$' or i.right and i.count <= 100
    else f.type = 'string' and length(f.text) between 1 and 200 or i.right and i.count <= 100 end, false)
  union all
  select 'VALIDATION_ERROR', a.problem, p.at from parts p cross join lateral millrace.action_problem(p.one) a (problem)
  where p.part = 'action' and a.problem is not null
$$;

comment on function millrace.machine_shape(jsonb) is 'What is wrong with the shape of a machine''s document.';
revoke execute on function millrace.machine_shape(jsonb) from public;
