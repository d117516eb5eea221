-- _get_flow_shape: the shape of a flow, as its code has it: that of the version that starts take; null if nobody has registered it, and
-- of one that create_flow and add_step made what these made.
create or replace function pgflow._get_flow_shape(p_flow_slug text, p_version text default null) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(
    (select d.document::jsonb from millrace.workflows w join millrace.workflow_documents d on d.workflow_id = w.id
     where w.tenant_id = millrace.tenant_id('default') and w.name = p_flow_slug and w.version = coalesce(p_version, w.version)
       and w.definition ->> 'kind' = 'flow'
     order by w.registered_at desc, w.id desc limit 1),
    (select jsonb_build_object('kind', 'flow', 'slug', f.flow_slug, 'steps', coalesce((
       select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('slug', s.step_slug, 'type', s.step_type))
         || jsonb_build_object('deps', to_jsonb(s.deps_slugs), 'when_unmet', s.when_unmet, 'when_exhausted', s.when_exhausted)
         || case when s.required_input_pattern is null then '{}' else jsonb_build_object('if', s.required_input_pattern) end
         || case when s.forbidden_input_pattern is null then '{}' else jsonb_build_object('if_not', s.forbidden_input_pattern) end
         order by s.step_index)
       from pgflow.steps s where s.flow_slug = f.flow_slug), '[]'))
     from pgflow.flows f where f.flow_slug = p_flow_slug and p_version is null))
$$;

comment on function pgflow._get_flow_shape(text, text) is 'The shape of a flow.';
revoke execute on function pgflow._get_flow_shape(text, text) from public;
