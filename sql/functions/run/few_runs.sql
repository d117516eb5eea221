-- few_runs: the runs that a filter may match, if one of its parts leaves no more than so many; else null.
--   p_source, p_label, p_value, p_ids  list_source    p_ranges  attribute_ranges
create or replace function millrace.few_runs(
  p_tenant int, p_source text, p_label "char", p_value text, p_ids bigint[], p_ranges jsonb, p_most int) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_runs bigint[] := p_ids;
begin
  if p_source in ('label', 'unhappy', 'live') then
    v_runs := millrace.run_window(p_tenant, p_source, p_label, p_value, '{}', 9223372036854775807, false, p_most + 1);
  end if;
  if v_runs is not null and cardinality(v_runs) <= p_most then
    return v_runs;
  end if;
  return (select a.runs from millrace.attribute_source(p_ranges, 'few') a where p_ranges is not null);
end $$;

comment on function millrace.few_runs(int, text, "char", text, bigint[], jsonb, int) is 'The runs that a filter may match, if they are few.';
revoke execute on function millrace.few_runs(int, text, "char", text, bigint[], jsonb, int) from public;
