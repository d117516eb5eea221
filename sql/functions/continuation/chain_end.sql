-- chain_end: how and when a run counts as ended for whoever deletes old ones. Of a chain (step.continueAsNew) the first is kept as long as
-- the last would be, because people know the chain by its id and its key; and the last as long as the first, which would have no result
-- without it. Of any other run when and how it ended itself (p_status, p_at).
-- Returns: status, at (null: it goes on); beside: of the last the first, while that is there.
drop function if exists millrace.chain_ended_at(bigint, timestamptz);
create or replace function millrace.chain_end(
  p_run bigint, p_status "char", p_at timestamptz, out status "char", out at timestamptz, out beside bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_last bigint;
  v_mine millrace.continuations;
begin
  select c.run_id into v_last from millrace.continuations c where c.first_run = p_run order by c.nth desc limit 1;
  if found then
    select o.status, o.at into status, at from millrace.outcomes o where o.run_id = v_last;
    return;
  end if;
  status := p_status;
  at := p_at;
  select * into v_mine from millrace.continuations c where c.run_id = p_run;
  if found and not exists (select from millrace.continuations c where c.first_run = v_mine.first_run and c.nth = v_mine.nth + 1)
     and exists (select from millrace.runs r where r.id = v_mine.first_run) then
    beside := v_mine.first_run;
  end if;
end $$;

comment on function millrace.chain_end(bigint, "char", timestamptz) is 'How and when a run counts as ended for whoever deletes old ones.';
revoke execute on function millrace.chain_end(bigint, "char", timestamptz) from public;
