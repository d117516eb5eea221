-- parent_of: the run that hears of the end of a run with this meta; null if it has none. Whoever locks the parents and whoever
-- tells them ask here, so that both mean the same. Tolerant: a meta that cannot be read has no parent, and stops nobody.
create or replace function millrace.parent_of(p_meta text) returns bigint
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case when p_meta like '%"parent":%' then (p_meta::json ->> 'parent')::bigint end;
exception when data_exception then
  return null;
end $$;

comment on function millrace.parent_of(text) is 'The parent of a run with this meta; null if it has none.';
revoke execute on function millrace.parent_of(text) from public;
