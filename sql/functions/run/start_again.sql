-- start_again: starts a run as another was started: same workflow, queue, priority, resource, tags, attributes and limits, without
-- the names that are the other's own (its id, its key, its parent).
-- With another input the keys of its limits and rules, and the attributes that are filled from it, are read anew. Of the rules of starts
-- only that of a singleton holds for it, and refuses, whatever it says; nor need it begin in time.
--   p_route  null: the same    p_input  null: the same    p_meta  what else is to be known of it; values of null are left out
-- Raises: MR001 for an input in which there is no such key, or a value of another type than the attribute's; MR010 if p_new is another
-- run's; MR014 if a live run has its key.
create or replace function millrace.start_again(p_tenant int, p_run bigint, p_new bigint, p_route int, p_input text, p_meta jsonb)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_place record;
  v_rules jsonb := (select r.meta::jsonb -> 'rules' from millrace.runs r where r.id = p_run);
  v_made  record;
begin
  p_meta := jsonb_strip_nulls(p_meta);  -- but a key may be null
  if p_input is not null then
    select o.id, w.name, w.definition -> 'attributes' as attributes, w.definition -> 'rules' as rules,
           (coalesce(r.meta, '{}')::jsonb) -> 'attributes' as had,
           millrace.limit_paths(p_tenant, w.name, o.queue) as paths, millrace.weight_path(p_tenant, w.name, o.queue) as weight
    into v_place
    from millrace.runs r join millrace.routes o on o.id = coalesce(p_route, r.route_id) join millrace.workflows w on w.id = o.workflow_id
    where r.id = p_run;
    if v_place.attributes is not null then
      perform millrace.attribute_rows(v_place.id, millrace.fill_attributes(v_place.attributes, null, p_input::jsonb), true);
      p_meta := p_meta || jsonb_build_object('workflow', v_place.name, 'attributes', coalesce(v_place.had, '{}')
        - array(select a.name from jsonb_each(v_place.attributes) a (name, rule) where a.rule ? 'path')
        || millrace.fill_attributes(v_place.attributes, null, p_input::jsonb));
    end if;
    v_rules := null;
    if v_place.rules is not null then
      p_meta := p_meta || jsonb_build_object('workflow', v_place.name);
      v_rules := millrace.rule_meta(v_place.name, v_place.rules, p_input::jsonb) -> 'rules';
    end if;
    if v_place.paths is not null then
      p_meta := p_meta || millrace.key_meta(v_place.name, v_place.paths, v_place.weight, p_input::jsonb);
    end if;
  end if;
  select s.verdict, s.existing into v_made
  from (select r.route_id, r.input,
               coalesce(r.meta, '{}')::jsonb - '{id,key,parent,retried_from,forked_from,forked_at,actor,tick,rules,start_within_ms}'::text[]
               || p_meta || millrace.rule_again(v_rules) as meta
        from millrace.runs r where r.id = p_run) x,
  lateral millrace.start_runs(p_tenant, array[p_new], array[coalesce(p_route, x.route_id)], null, array[coalesce(p_input, x.input)],
                              array[x.meta::text]) s
  where s.verdict <> 'm' limit 1;
  if v_made.verdict = 'r' then
    perform millrace.refuse_singleton(p_tenant, v_made.existing);
  elsif found then  -- another run has its number: that must not be given this history
    perform millrace.fail('MR010', 'The number of the new run belongs to another run.', 'Draw a new one by take_ids.',
      json_build_object('new_run', p_new::text));
  end if;
  insert into millrace.run_labels (tenant_id, kind, value, run_id)
  select p_tenant, 's', r.meta::json ->> 'schedule', r.id from millrace.runs r
  where r.id = p_new and r.meta::json ->> 'schedule' is not null
  on conflict do nothing;
end $$;

comment on function millrace.start_again(int, bigint, bigint, int, text, jsonb) is 'Starts a run as another was started.';
revoke execute on function millrace.start_again(int, bigint, bigint, int, text, jsonb) from public;
