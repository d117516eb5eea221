-- shown_attributes: the attributes of a run with this meta as they are now, declared or not: those of its start, and what it set since.
create or replace function millrace.shown_attributes(p_run bigint, p_meta json) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select case when s.given = '{}' then coalesce(p_meta -> 'attributes', '{}')
         else millrace.merge_values((p_meta -> 'attributes')::jsonb, s.given)::json end
  from (select millrace.set_values(p_run) as given) s
$$;

comment on function millrace.shown_attributes(bigint, json) is 'The attributes of a run as they are now.';
revoke execute on function millrace.shown_attributes(bigint, json) from public;
