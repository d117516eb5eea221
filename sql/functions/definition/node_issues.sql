-- node_issues: what is wrong with the nodes of a graph's document, of what can be said without reading what they do: ids, types,
-- dependencies, circles. The rest workers see when they load it.
-- Returns: code, message and JSON pointer of each problem; codes are those of a graph's reader.
create or replace function millrace.node_issues(p_document jsonb) returns table (code text, message text, pointer text)
language sql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  with types (all_types) as (
    select '{http,transform,condition,switch,delay,wait_until,wait_for,approval,step,sub_workflow,sql,map,loop,parallel,race}'::text[]),
  blocks as materialized (select b.* from millrace.document_blocks(p_document) b),
  nodes as materialized (
    select b.pointer as block, b.pointer || '/' || n.i - 1 as pointer, n.node, n.i,
           case jsonb_typeof(n.node -> 'id') when 'string' then n.node ->> 'id' end as id
    from blocks b, lateral jsonb_array_elements(case jsonb_typeof(b.nodes) when 'array' then b.nodes else '[]' end)
                           with ordinality n (node, i)
    where b.level <= 8),
  needs as materialized (
    select n.block, n.pointer, n.id, x.value, x.i from nodes n,
    lateral jsonb_array_elements(case jsonb_typeof(n.node -> 'depends_on') when 'array' then n.node -> 'depends_on' else '[]' end)
            with ordinality x (value, i))
  select 'NO_STEPS', case when b.level = 0 then 'The document has no steps. Give at least one.'
                          else 'A block has no steps. Give at least one.' end, b.pointer
  from blocks b where b.nodes = '[]' or b.nodes is null
  union all
  select 'VALIDATION_ERROR', 'Steps must be an array of objects with id, type and config.', b.pointer
  from blocks b where jsonb_typeof(b.nodes) <> 'array'
  union all
  select 'MAX_DEPTH_EXCEEDED', 'A block is within 8 others; there may be 8 in each other. Move it into a sub-workflow.', b.pointer
  from blocks b where b.level > 8
  union all
  select 'TOO_MANY_STEPS', format('The document has %s steps; there may be 10,000. Move some into sub-workflows.', count(*)), '/steps'
  from nodes having count(*) > 10000
  union all
  select 'VALIDATION_ERROR', 'A step must be an object with id, type and config.', n.pointer
  from nodes n where jsonb_typeof(n.node) <> 'object'
  union all
  select 'VALIDATION_ERROR', 'The id of a step must be 1 to 128 printable characters, none of "#[]~", and no "$" or "?" first.',
         n.pointer || '/id'
  from nodes n where jsonb_typeof(n.node) = 'object'
    and coalesce(n.id, '') !~ '^(?![$?])[^][#~\u0001-\u001f\u007f-\u009f\u2028\u2029]{1,128}$'
  union all
  select 'UNKNOWN_STEP_TYPE', format('The type of step "%s" is %s, which does not exist. There are: %s.', n.id,
           coalesce(left((n.node -> 'type')::text, 200), 'missing'), array_to_string(t.all_types, ', ')), n.pointer || '/type'
  from nodes n, types t where jsonb_typeof(n.node) = 'object' and coalesce(n.node ->> 'type', '') <> all (t.all_types)
  union all
  select 'VALIDATION_ERROR', format('depends_on of step "%s" must be an array of ids.', n.id), n.pointer || '/depends_on'
  from nodes n where jsonb_typeof(n.node -> 'depends_on') not in ('array', 'null')
  union all
  select 'DUPLICATE_STEP_ID', format('The id "%s" is there twice; ids are unique in the whole document. Change one of them.', n.id),
         n.pointer || '/id'
  from (select x.*, row_number() over (partition by x.id order by x.pointer) as nth from nodes x where x.id is not null) n
  where n.nth > 1
  union all
  select case jsonb_typeof(d.value) when 'string' then 'INVALID_DEPENDENCY' else 'VALIDATION_ERROR' end,
         format('Step "%s" depends on %s, which %s. Name a step, or leave it out.', d.id, left(d.value::text, 200),
           case when exists (select from nodes o where o.id = d.value #>> '{}') then 'is in another block' else 'does not exist' end),
         d.pointer || '/depends_on/' || d.i - 1
  from needs d left join nodes n on n.block = d.block and n.id = d.value #>> '{}' and jsonb_typeof(d.value) = 'string'
  where n.pointer is null
  union all
  select 'CYCLE_DETECTED', format(
           'Steps depend on each other in a circle: %s. None of them could ever begin. Take one of these dependencies out.',
           array_to_string(c.path[:12] || case when cardinality(c.path) > 12 then '{…}'::text[] end, ' → ')), b.pointer
  from blocks b, lateral (select millrace.document_cycle(b.nodes) as path where jsonb_typeof(b.nodes) = 'array'
                          and not exists (select from nodes n where n.block = b.pointer and jsonb_typeof(n.node) <> 'object')) c
  where c.path is not null and b.level <= 8
$$;

comment on function millrace.node_issues(jsonb) is 'What is wrong with the nodes of a graph''s document.';
revoke execute on function millrace.node_issues(jsonb) from public;
