-- bind_arguments: where the arguments of a filter go: for each one, as they are written, the number of its parameter, from 1.
--   p_count  of arguments in all    p_names  of the last ones, which are given by name
-- Raises: MR030 if they do not fit, and for a filter that machines do not evaluate.
create or replace function millrace.bind_arguments(p_filter text, p_count int, p_names text[], p_text text, p_at int) returns int[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_all   jsonb := '{"default": ["default_value", "boolean"], "length": [], "lower": [], "upper": [], "trim": ["chars"],
    "int": ["default", "base"], "float": ["default"], "string": [], "first": [], "last": [], "abs": [], "round": ["precision", "method"],
    "join": ["d", "attribute"]}';
  v_takes text[] := array(select jsonb_array_elements_text(v_all -> p_filter));
  v_plain int := p_count - coalesce(cardinality(p_names), 0);
  v_found int[] := array(select generate_series(1, v_plain));
  v_place int;
begin
  if not v_all ? p_filter then
    perform millrace.refuse_expression(p_text, p_at, format('it has the filter "%s", which machines do not evaluate. There are: %s',
      left(p_filter, 40), (select string_agg(k, ', ') from jsonb_object_keys(v_all) k)));
  elsif p_count > cardinality(v_takes) then
    perform millrace.refuse_expression(p_text, p_at, format('the filter "%s" is given %s arguments, and takes %s', p_filter, p_count,
      cardinality(v_takes)));
  end if;
  for i in 1 .. coalesce(cardinality(p_names), 0) loop
    v_place := array_position(v_takes, p_names[i]);
    if v_place is null or v_place = any (v_found) then
      perform millrace.refuse_expression(p_text, p_at, format(case when v_place is null then 'the filter "%s" has no argument "%s"'
        else 'the filter "%s" is given its argument "%s" twice' end, p_filter, left(p_names[i], 40)));
    end if;
    v_found := v_found || v_place;
  end loop;
  return v_found;
end $$;

comment on function millrace.bind_arguments(text, int, text[], text, int) is 'Where the arguments of a filter go.';
revoke execute on function millrace.bind_arguments(text, int, text[], text, int) from public;
