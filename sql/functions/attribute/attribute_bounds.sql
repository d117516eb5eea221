-- attribute_bounds: what a condition says of an attribute's keys: from lo on, below hi; several for values of which one must hold.
--   p_condition  a value, or {gte, gt, lte, lt}, or {in: [value, …]}
-- Raises: MR001 for a value that is not of the attribute's type, or no condition.
create or replace function millrace.attribute_bounds(p_name text, p_type "char", p_condition jsonb) returns table (lo text, hi text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_is  text := jsonb_typeof(p_condition);
  v_bad text;
  v_lo  text := millrace.attribute_key(p_type, coalesce(p_condition -> 'gte', p_condition -> 'gt'));
  v_hi  text := millrace.attribute_key(p_type, coalesce(p_condition -> 'lt', p_condition -> 'lte'));
begin
  if v_is = 'object' and p_condition ? 'in' then
    v_bad := (select x.value::text from jsonb_array_elements(p_condition -> 'in') x (value)
              where millrace.attribute_key(p_type, x.value) is null limit 1);
    return query
    select k.key, k.key || chr(1)
    from (select distinct millrace.attribute_key(p_type, x.value) as key from jsonb_array_elements(p_condition -> 'in') x (value)) k;
  elsif v_is = 'object' then
    v_bad := case when v_lo is null and p_condition ?| '{gte,gt}' then coalesce(p_condition ->> 'gte', p_condition ->> 'gt')
                  when v_hi is null and p_condition ?| '{lt,lte}' then coalesce(p_condition ->> 'lt', p_condition ->> 'lte') end;
    -- nothing lies between a key and itself with one more character, the first that there is
    lo := coalesce(v_lo || case when p_condition ? 'gt' then chr(1) else '' end, left(v_hi, 1));
    hi := coalesce(v_hi || case when p_condition ? 'lte' then chr(1) else '' end, chr(ascii(v_lo) + 1));
    return next;
  else
    lo := millrace.attribute_key(p_type, p_condition);
    v_bad := case when lo is null then p_condition::text end;
    hi := lo || chr(1);
    return next;
  end if;
  if v_bad is not null then
    perform millrace.fail('MR001', format('Attribute "%s" cannot be compared with %s: it is declared as %s.', p_name, left(v_bad, 300),
        millrace.type_words(p_type)),
      'Give a value of that type' || case p_type when 'i' then ', like "2027-03-01T09:00:00Z".' else '.' end,
      json_build_object('attribute', p_name));
  end if;
end $$;

comment on function millrace.attribute_bounds(text, "char", jsonb) is 'What a condition says of an attribute''s keys.';
revoke execute on function millrace.attribute_bounds(text, "char", jsonb) from public;
