-- What PostgREST and Supabase serve: views and functions over the engine for the tenant of the token. docs/postgrest.md. The schema's name
-- is an option of migrate; to take it away: drop schema api cascade, and the rows of millrace.repeatables that begin with api/.
-- A run's id is a number inside and a UUID outside. The domain run_ref is that number with PostgREST's casts: a filter by the UUID becomes
-- one by the number, which is indexed, and rows show the UUID; run_status does so for the status. PostgREST looks for these casts by
-- itself; Postgres warns that it does not.
create schema if not exists api;
revoke all on schema api from public;

do $$
begin
  if to_regtype('millrace.run_ref') is null then
    create domain millrace.run_ref as bigint;
    comment on domain millrace.run_ref is 'The number of a run, which PostgREST shows as its UUID.';
  end if;
  if to_regtype('millrace.run_status') is null then
    create domain millrace.run_status as "char";
    comment on domain millrace.run_status is 'The status of a run as a letter, which PostgREST shows as its word.';
  end if;
end $$;

-- Lists are ordered by time within a tenant. Where PostgREST is not used, starts and transitions do not pay for it.
create index if not exists runs_by_tenant on millrace.runs (tenant_id, created_at, id);
create index if not exists entities_by_update on millrace.entities (tenant_id, machine, updated_at);
create index if not exists entities_by_time on millrace.entities (tenant_id, updated_at);
create index if not exists entity_history_by_state on millrace.entity_history (tenant_id, to_state, executed_at);
create index if not exists entity_history_by_actor on millrace.entity_history (tenant_id, executed_by, executed_at);
