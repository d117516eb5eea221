-- next_meta: the meta of a run that continues another: what its owner says, with the attributes: those that the owner filled from the new
-- input, over what the run set, over those of its start that no input fills.
create or replace function millrace.next_meta(p_run bigint, p_old text, p_route int, p_meta text) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_set   jsonb := millrace.set_values(p_run);
  v_was   jsonb;
  v_place record;
begin
  if v_set = '{}' and (p_old is null or p_old not like '%"attributes"%') then
    return p_meta;
  end if;
  select w.name, array(select a.name from jsonb_each(w.definition -> 'attributes') a (name, rule) where a.rule ? 'path') as filled
  into v_place
  from millrace.routes o join millrace.workflows w on w.id = o.workflow_id where o.id = p_route;
  v_was := coalesce(p_old::jsonb -> 'attributes', '{}') - v_place.filled;
  return coalesce(p_meta::jsonb, jsonb_build_object('workflow', v_place.name)) || jsonb_build_object('attributes',
    millrace.merge_values(v_was, v_set) || coalesce(p_meta::jsonb -> 'attributes', '{}'));
end $$;

comment on function millrace.next_meta(bigint, text, int, text) is 'The meta of a run that continues another.';
revoke execute on function millrace.next_meta(bigint, text, int, text) from public;
