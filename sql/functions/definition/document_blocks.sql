-- document_blocks: the lists of nodes of a graph's document: its steps, and those that nodes hold (config.steps of map and loop,
-- config.branches of parallel and race), with the JSON pointer of each. Of more than 8 in each other it goes no deeper: the 9th is told.
create or replace function millrace.document_blocks(p_document jsonb) returns table (pointer text, level int, nodes jsonb)
language sql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  with recursive blocks (pointer, level, nodes) as (
    select '/steps', 0, p_document -> 'steps'
    union all
    select b.pointer, l.level + 1, b.nodes
    from blocks l,
    lateral jsonb_array_elements(case jsonb_typeof(l.nodes) when 'array' then l.nodes else '[]' end) with ordinality n (node, i),
    lateral (select l.pointer || '/' || n.i - 1 || '/config' as at, n.node ->> 'type' as type, n.node #> '{config,steps}' as steps,
                    n.node #> '{config,branches}' as branches) c,
    lateral (
      select c.at || '/steps', c.steps where c.type in ('map', 'loop')
      union all
      select c.at || '/branches/' || x.i - 1, x.nodes
      from jsonb_array_elements(case jsonb_typeof(c.branches) when 'array' then c.branches else '[]' end) with ordinality x (nodes, i)
      where c.type in ('parallel', 'race')
      union all
      select c.at || '/branches/' || replace(replace(x.name, '~', '~0'), '/', '~1'), x.nodes
      from jsonb_each(case jsonb_typeof(c.branches) when 'object' then c.branches else '{}' end) x (name, nodes)
      where c.type in ('parallel', 'race')) b (pointer, nodes)
    where l.level <= 8)
  select b.pointer, b.level, b.nodes from blocks b
$$;

comment on function millrace.document_blocks(jsonb) is 'The lists of nodes of a graph''s document.';
revoke execute on function millrace.document_blocks(jsonb) from public;
