-- failed_steps: the steps of a failed run that its retry does anew: the one that it failed at, and those that failed after that (items of
-- a map beside it, say), for nobody has dealt with their failures. What a handler caught before stays.
-- Of a race of which all branches failed the failure says where the others did (alsoFailed): these as well.
-- A node of a graph may have failed by its time-out, whose row is x~timeout, or x~timeout[3] of an item.
--   p_step  the step that it failed at; null: none, and none is done anew
-- Returns: names, as the journal has them.
create or replace function millrace.failed_steps(p_run bigint, p_step text) returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct x.name), '{}') || array_remove(array[p_step], null) || array(
    select t.name
    from millrace.outcomes o, lateral (select o.output::json -> 'alsoFailed' as steps) a,
    lateral json_array_elements_text(case json_typeof(a.steps) when 'array' then a.steps else '[]' end) s (step),
    lateral (values (s.step), (regexp_replace(s.step, '^[^[]*', '\&~timeout'))) t (name)
    where o.run_id = p_run and o.status = 'f' and p_step is not null)
  from (select j.seq, j.name,
               j.kind = 'f' or j.kind = 't' and j.name ~ '~timeout(\[|$)'
               -- the end of a child
               or j.kind = 'g' and bool_or(j.kind = 'c') over (partition by j.name) and j.data::json ->> 'status' <> 'c' as failed,
               max(j.seq) filter (where j.kind in ('f', 't', 'g')
                                  and j.name in (p_step, regexp_replace(p_step, '^[^[]*', '\&~timeout'))) over () as first
        from millrace.get_journal(p_run) j where p_step is not null) x
  where x.failed and x.seq >= x.first
$$;

comment on function millrace.failed_steps(bigint, text) is 'The steps of a failed run that its retry does anew.';
revoke execute on function millrace.failed_steps(bigint, text) from public;
