-- approval_place: the run and the step that the id of a question holds; null for what is no such id.
create or replace function millrace.approval_place(p_id text, out run bigint, out step text)
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select case when p_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.' then millrace.run_number(left(p_id, 36)::uuid) end,
         substr(p_id, 38)
$$;

comment on function millrace.approval_place(text) is 'The run and the step of a question to people.';
revoke execute on function millrace.approval_place(text) from public;
