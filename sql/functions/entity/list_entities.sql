-- list_entities: a page of instances, the newest first, or a single row without one that says how far was looked.
--   p_filter  as find_entities has it, and limit, after, before
create or replace function millrace.list_entities(p_tenant int, p_filter jsonb) returns table (entity json, last_seen text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_newer boolean := p_filter ->> 'before' is not null;
  v_found record;
begin
  select f.* into v_found from millrace.find_entities(p_tenant, p_filter, coalesce(p_filter ->> 'before', p_filter ->> 'after')::uuid,
    v_newer, greatest(least(coalesce((p_filter ->> 'limit')::int, 20), 101), 1)) f;
  return query
  select j.entity, v_found.bound::text
  from millrace.entity_json(p_tenant, array(select i from unnest(v_found.ids) i order by i desc)) j;
  if not found and v_found.bound is not null then
    return query select null::json, v_found.bound::text;
  end if;
end $$;

comment on function millrace.list_entities(int, jsonb) is 'A page of instances, the newest first.';
revoke execute on function millrace.list_entities(int, jsonb) from public;
