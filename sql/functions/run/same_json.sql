-- same_json: whether two payloads are the same: as text, or as jsonb where the texts differ, because SQL and JavaScript format
-- JSON differently. Tolerant: json takes what jsonb does not (\u0000, 1e999999), and such a payload is the same only as text.
create or replace function millrace.same_json(p_one text, p_other text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return p_one is not distinct from p_other or coalesce(p_one::jsonb = p_other::jsonb, false);
exception when data_exception then
  return false;
end $$;

comment on function millrace.same_json(text, text) is 'Whether two payloads are the same, however they are formatted.';
revoke execute on function millrace.same_json(text, text) from public;
