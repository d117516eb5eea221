-- machine_parts: the objects of a machine's document, each with what it is: document, workflow, state, transition, action.
--   at  its JSON pointer
create or replace function millrace.machine_parts(p_document jsonb) returns table (part text, at text, one jsonb)
language sql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  with listed as materialized (
    select x.part, format('/%ss/%s', x.part, i.i - 1) as at, i.one
    from (values ('state', p_document -> 'states'), ('transition', p_document -> 'transitions')) x (part, list),
    lateral jsonb_array_elements(case jsonb_typeof(x.list) when 'array' then x.list else '[]' end) with ordinality i (one, i))
  select 'document', '', p_document
  union all select 'workflow', '/workflow', p_document -> 'workflow' where p_document ? 'workflow'
  union all select l.part, l.at, l.one from listed l
  union all
  select 'action', format('%s/%s/%s', l.at, k.key, a.i - 1), a.one
  from listed l, lateral jsonb_each(case jsonb_typeof(l.one) when 'object' then l.one else '{}' end) k,
  lateral jsonb_array_elements(case jsonb_typeof(k.value) when 'array' then k.value else '[]' end) with ordinality a (one, i)
  where l.part = 'state' and k.key in ('on_enter', 'on_leave') or l.part = 'transition' and k.key = 'actions'
$$;

comment on function millrace.machine_parts(jsonb) is 'The objects of a machine''s document, each with what it is.';
revoke execute on function millrace.machine_parts(jsonb) from public;
