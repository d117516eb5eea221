-- range_runs: the runs that one of the conditions on attributes leaves, if one leaves no more than 100,000; else null.
--   p_ranges  attribute_ranges
create or replace function millrace.range_runs(p_ranges jsonb) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_part jsonb;
  v_runs bigint[];
begin
  for v_part in select jsonb_agg(r) from jsonb_array_elements(p_ranges) r group by r ->> 'name' order by r ->> 'name' loop
    v_runs := millrace.attribute_runs(v_part, 100000);
    exit when v_runs is not null;
  end loop;
  return v_runs;
end $$;

comment on function millrace.range_runs(jsonb) is 'The runs that one of the conditions on attributes leaves, if they are not too many.';
revoke execute on function millrace.range_runs(jsonb) from public;
