-- sign_cell: a number with a sign before it, - or +.
-- Raises: MR030 for what is no number, or not there.
create or replace function millrace.sign_cell(p_sign text, p_cell jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case p_cell ->> 0
    when 'f' then return jsonb_build_array('f', case p_sign when '-' then - (p_cell ->> 1)::float8 else (p_cell ->> 1)::float8 end::text);
    when 'i' then return jsonb_build_array('i', case p_sign when '-' then - (p_cell ->> 1)::numeric else (p_cell ->> 1)::numeric end);
    when 'b' then return jsonb_build_array('i', case p_sign when '-' then -1 else 1 end * (p_cell ->> 1)::boolean::int);
    else
      perform millrace.known_cell(p_cell);
      perform millrace.expression_problem(format('%s before %s has no meaning.', p_sign, millrace.kind_name(p_cell)));
  end case;
  return null;
end $$;

comment on function millrace.sign_cell(text, jsonb) is 'A number with a sign before it.';
revoke execute on function millrace.sign_cell(text, jsonb) from public;
