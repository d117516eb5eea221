-- lane_of: the lane of a run that has not begun, by its meta: a hash of its workflow and its keys; 0 if it has no keys. Even: the
-- last bit says that a run has begun.
create or replace function millrace.lane_of(p_tenant int, p_meta text) returns bigint
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select case when m -> 'keys' is null then 0
         else millrace.hash64(format('lane %s %s %s', p_tenant, m ->> 'workflow', m -> 'keys')) & -2 end
  from (select p_meta::jsonb as m) x
$$;

comment on function millrace.lane_of(int, text) is 'The lane of a run that has not begun; 0 without keys.';
revoke execute on function millrace.lane_of(int, text) from public;
