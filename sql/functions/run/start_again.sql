-- start_again: starts a run as another was started: same workflow, queue, priority, resource, tags, attributes and limits, without
-- the names that are the other's own (its id, its key, its parent).
-- With another input the keys of its limits, and the attributes that are filled from it, are read anew.
--   p_route  null: the same    p_input  null: the same    p_meta  what else is to be known of it; values of null are left out
-- Raises: MR001 for an input in which there is no such key, or a value of another type than the attribute's.
create or replace function millrace.start_again(p_tenant int, p_run bigint, p_new bigint, p_route int, p_input text, p_meta jsonb)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_place record;
begin
  if p_input is not null then
    select o.id, w.name, w.definition -> 'attributes' as rules, (coalesce(r.meta, '{}')::jsonb) -> 'attributes' as attributes,
           millrace.limit_paths(p_tenant, w.name, o.queue) as paths, millrace.weight_path(p_tenant, w.name, o.queue) as weight
    into v_place
    from millrace.runs r join millrace.routes o on o.id = coalesce(p_route, r.route_id) join millrace.workflows w on w.id = o.workflow_id
    where r.id = p_run;
    if v_place.rules is not null then
      perform millrace.attribute_rows(v_place.id, millrace.fill_attributes(v_place.rules, null, p_input::jsonb), true);
      p_meta := p_meta || jsonb_build_object('workflow', v_place.name, 'attributes', coalesce(v_place.attributes, '{}')
        - array(select a.name from jsonb_each(v_place.rules) a (name, rule) where a.rule ? 'path')
        || millrace.fill_attributes(v_place.rules, null, p_input::jsonb));
    end if;
    if v_place.paths is not null then
      p_meta := p_meta || millrace.key_meta(v_place.name, v_place.paths, v_place.weight, p_input::jsonb);
    end if;
  end if;
  perform millrace.start_runs(p_tenant, array[p_new], array[coalesce(p_route, r.route_id)], null, array[coalesce(p_input, r.input)],
    array[((coalesce(r.meta, '{}')::jsonb - '{id,key,parent,retried_from,forked_from,forked_at,actor}'::text[])
           || jsonb_strip_nulls(p_meta))::text])
  from millrace.runs r where r.id = p_run;
end $$;

comment on function millrace.start_again(int, bigint, bigint, int, text, jsonb) is 'Starts a run as another was started.';
revoke execute on function millrace.start_again(int, bigint, bigint, int, text, jsonb) from public;
