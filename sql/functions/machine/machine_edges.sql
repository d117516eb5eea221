-- machine_edges: the transitions of a machine's document, one row for each state that they leave: lists and * are spread, and without any
-- there is one from each state that is not final to each other one. The shape of the document has been checked.
--   rank  of those from a state: explicit ones first    body  the transition as it stands
create or replace function millrace.machine_edges(p_document jsonb)
returns table (from_state text, rank int, ordinal int, wildcard boolean, name text, to_state text, body jsonb)
language sql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  with states as materialized (
    select s.state ->> 'name' as name, coalesce(s.state -> 'final' = 'true', false) as final, s.i
    from jsonb_array_elements(p_document -> 'states') with ordinality s (state, i)),
  given as materialized (
    select t.body, t.i::int as i from jsonb_array_elements(p_document -> 'transitions') with ordinality t (body, i)
    where jsonb_typeof(p_document -> 'transitions') = 'array'),
  edges as (
    select f.name as from_state, g.i, false as wildcard, g.body from given g,
    lateral jsonb_array_elements_text(case jsonb_typeof(g.body -> 'from') when 'array' then g.body -> 'from'
                                      else jsonb_build_array(g.body -> 'from') end) f (name)
    where g.body ->> 'from' <> '*'
    union all
    select s.name, g.i, true, g.body from given g, states s
    where g.body ->> 'from' = '*' and not s.final and s.name <> g.body ->> 'to'
    union all
    select a.name, b.i::int, false, jsonb_build_object('from', a.name, 'to', b.name) from states a, states b
    where not a.final and a.name <> b.name and not exists (select from given))
  select e.from_state, row_number() over (partition by e.from_state order by e.wildcard, e.i)::int, e.i, e.wildcard,
         coalesce(e.body ->> 'name', 'transition_to_' || (e.body ->> 'to')), e.body ->> 'to', e.body
  from edges e
$$;

comment on function millrace.machine_edges(jsonb) is 'The transitions of a machine''s document, one row for each state that they leave.';
revoke execute on function millrace.machine_edges(jsonb) from public;
