-- check_scopes: scopes of a key, as a sorted array without repetition. Raises: MR001 for one that there is not, or none.
create or replace function millrace.check_scopes(p_scopes jsonb) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_known  text[] := array['runs:read', 'runs:write', 'workflows:read', 'workflows:write', 'admin'];
  v_scopes text[] := array(select distinct x from jsonb_array_elements_text(
                             case when jsonb_typeof(p_scopes) = 'array' then p_scopes else '[]' end) x order by x);
begin
  if cardinality(v_scopes) = 0 or not v_scopes <@ v_known then
    perform millrace.fail('MR001', format('The scopes %s are not valid.', left(p_scopes::text, 300)),
      format('Give an array with some of: %s.', array_to_string(v_known, ', ')));
  end if;
  return v_scopes;
end $$;

comment on function millrace.check_scopes(jsonb) is 'Scopes of a key, as a sorted array.';
revoke execute on function millrace.check_scopes(jsonb) from public;
