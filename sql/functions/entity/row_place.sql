-- row_place: which machine, of which tenant, the rows of a table are in, as a trigger says in its arguments.
--   p_arguments  machine, column of the id, tenant (a slug; * is the caller's: of the token, or of millrace.tenant_id; default: default),
--                table as the machine knows it (default: that of its document, else its name)
-- Returns: also who did it: the subject of the token where the tenant is its; else null, and it is session_actor. Raises: MR001, MR042.
create or replace function millrace.row_place(p_arguments text[], out machine text, out field text, out slug text, out tenant int,
  out tab text, out actor text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(cardinality(p_arguments), 0) not between 2 and 4 then
    perform millrace.fail('MR001', 'The trigger has not the arguments that it needs.',
      'Create it with the name of the machine, the column of the id, and perhaps the tenant and the table.',
      json_build_object('arguments', p_arguments));
  end if;
  -- arguments of triggers are counted from 0
  select a[1], a[2], coalesce(a[3], 'default'), a[4] into machine, field, slug, tab
  from (select array(select x from unnest(p_arguments) with ordinality u (x, n) order by n) as a) y;
  if slug = '*' then
    slug := millrace.caller_tenant();
    actor := nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub';
  end if;
  tenant := millrace.tenant_id(slug);
end $$;

comment on function millrace.row_place(text[]) is 'Which machine the rows of a table are in, as a trigger says.';
revoke execute on function millrace.row_place(text[]) from public;
