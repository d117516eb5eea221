-- attribute_source: from where a list with conditions on attributes is made. Where one of them is narrow, its runs are the candidates.
-- Else another index that the filter allows is; else the runs with one value, newest first as they lie in the index; else all runs are
-- looked at, where those within a wide range are met soon (find_runs).
--   p_ranges  attribute_ranges    p_source  what the rest of the filter allows (list_source); few: nothing is to be had but candidates
-- Returns: runs, the candidates; or points, ranges of one key each (attribute_window); or neither: by p_source.
create or replace function millrace.attribute_source(p_ranges jsonb, p_source text, out runs bigint[], out points jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_parts jsonb[] := array(select jsonb_agg(r) from jsonb_array_elements(p_ranges) r group by r ->> 'name' order by r ->> 'name');
  v_part  jsonb;
begin
  foreach v_part in array v_parts loop
    runs := millrace.attribute_runs(v_part, 1000);
    if runs is not null then
      return;
    end if;
  end loop;
  if p_source <> 'routes' then
    return;
  end if;
  foreach v_part in array v_parts loop
    if not v_part @> '[{"point": false}]' then
      points := v_part;
      return;
    end if;
  end loop;
end $$;

comment on function millrace.attribute_source(jsonb, text) is 'From where a list with conditions on attributes is made.';
revoke execute on function millrace.attribute_source(jsonb, text) from public;
