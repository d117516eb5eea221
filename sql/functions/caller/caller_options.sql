-- caller_options: the options that a caller of the schema api gave, and beside them what only the token may say: the tenant, and who the
-- caller is. Ids that were drawn in advance are for clients of the engine: with a guessed one a tenant could be in the way of another.
--   p_claims  what the function takes from the token: by (its sub), roles (its roles, an array of texts)
-- Raises: MR001 for options that are no object, or say what the token says; MR042 without a tenant.
create or replace function millrace.caller_options(p_function text, p_options jsonb, p_claims text[] default '{}') returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant text := millrace.caller_tenant();
  v_claims jsonb := coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb, '{}');
  v_given  jsonb := coalesce(p_options, '{}');
  v_bad    text;
begin
  v_bad := case when jsonb_typeof(v_given) <> 'object' then format('they must be an object, not %s', left(v_given::text, 300))
                else (select format('"%s" is not for callers to say', k) from unnest(array['tenant', 'new_run', 'event_id'] || p_claims) k
                      where v_given ? k order by k limit 1) end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The options of %s were refused: %s.', p_function, v_bad),
      'Leave it out: the tenant, and who the caller is, are in the token.');
  end if;
  return v_given || jsonb_build_object('tenant', v_tenant)
    || case when 'by' = any (p_claims) then jsonb_build_object('by', v_claims ->> 'sub') else '{}' end
    || case when 'roles' = any (p_claims) and v_claims @? 'strict $.roles ? (@.type() == "array")'
            then jsonb_build_object('roles', v_claims -> 'roles') else '{}' end;
end $$;

comment on function millrace.caller_options(text, jsonb, text[]) is 'What a caller of the schema api gave, with the tenant and the name of the token.';
revoke execute on function millrace.caller_options(text, jsonb, text[]) from public;
