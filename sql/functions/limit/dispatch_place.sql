-- dispatch_place: what the options of pause_dispatch and resume_dispatch are about: kind w or q with its name, or nothing: everything.
-- Raises: MR001 if they name both, or a name that nothing can have.
create or replace function millrace.dispatch_place(options jsonb, out kind "char", out name text)
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if options ->> 'workflow_id' is not null and options ->> 'queue' is not null then
    perform millrace.fail('MR001', 'workflow_id and queue were given together.', 'Pause or resume one after the other.', options::json);
  end if;
  kind := case when options ->> 'workflow_id' is not null then 'w' when options ->> 'queue' is not null then 'q' end;
  name := coalesce(options ->> 'workflow_id', options ->> 'queue');
  if name !~ '^[A-Za-z0-9_.: -]{1,128}$' then
    perform millrace.fail('MR001', format('Nothing can have the name "%s".', name), 'Names match [A-Za-z0-9_.: -]{1,128}.', options::json);
  end if;
end $$;

comment on function millrace.dispatch_place(jsonb) is 'What pause_dispatch and resume_dispatch are about.';
revoke execute on function millrace.dispatch_place(jsonb) from public;
