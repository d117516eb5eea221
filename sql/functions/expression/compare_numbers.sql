-- compare_numbers: -1, 0 or 1 as a cell that is a number is less than, equal to or more than another; null if one is not a number (NaN).
-- An integer and a float are compared exactly.
create or replace function millrace.compare_numbers(a jsonb, b jsonb) returns int
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_float float8;
  v_whole numeric;
begin
  if a ->> 0 <> 'f' and b ->> 0 <> 'f' then
    return sign(case a ->> 0 when 'b' then (a ->> 1)::boolean::int else (a ->> 1)::numeric end
                - case b ->> 0 when 'b' then (b ->> 1)::boolean::int else (b ->> 1)::numeric end);
  elsif a ->> 1 = 'NaN' or b ->> 1 = 'NaN' then
    return null;
  elsif a ->> 0 = b ->> 0 then
    return case when (a ->> 1)::float8 < (b ->> 1)::float8 then -1 when (a ->> 1)::float8 > (b ->> 1)::float8 then 1 else 0 end;
  elsif b ->> 0 = 'f' then
    return - millrace.compare_numbers(b, a);
  end if;
  v_float := (a ->> 1)::float8;
  v_whole := case b ->> 0 when 'b' then (b ->> 1)::boolean::int else (b ->> 1)::numeric end;
  if abs(v_float) = 'infinity' then
    return sign(v_float);
  end if;
  return sign(millrace.exact_number(v_float) - v_whole);
end $$;

comment on function millrace.compare_numbers(jsonb, jsonb) is 'Whether a number is less than, equal to or more than another.';
revoke execute on function millrace.compare_numbers(jsonb, jsonb) from public;
