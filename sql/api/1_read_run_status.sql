-- read_run_status: the letter of a status that a filter names. Raises: 22P02 for a word that is none, as Postgres does for an enum.
-- Open to all, as PostgREST only uses casts that the role with which it logs in may call.
create or replace function millrace.read_run_status(p_text text) returns millrace.run_status
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_status "char" := case p_text when 'pending' then 'q' when 'running' then 'r' when 'waiting' then 'w' when 'paused' then 'p'
                                 when 'completed' then 'c' when 'failed' then 'f' when 'cancelled' then 'x' end;
begin
  if v_status is null then
    raise invalid_text_representation using message = format('"%s" is not a status of runs.', left(p_text, 100)),
      hint = 'There are pending, running, waiting, paused, completed, failed and cancelled.';
  end if;
  return v_status;
end $$;

comment on function millrace.read_run_status(text) is 'The letter of a status, for PostgREST.';
