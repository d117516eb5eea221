-- change_case: a text in small letters, or in capitals, by the rules of Unicode where the server has them (ICU).
create or replace function millrace.change_case(p_text text, p_capitals boolean) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if p_text !~ '[^\u0001-\u007f]' then
    return case when p_capitals then upper(p_text collate "C") else lower(p_text collate "C") end;
  end if;
  return case when p_capitals then upper(p_text collate "und-x-icu") else lower(p_text collate "und-x-icu") end;
exception when undefined_object then
  return case when p_capitals then upper(p_text) else lower(p_text) end;
end $$;

comment on function millrace.change_case(text, boolean) is 'A text in small letters, or in capitals.';
revoke execute on function millrace.change_case(text, boolean) from public;
