-- journal_length: how long the journal of a run is that the caller owns; null if it does not own it any more. Asked after
-- a commit whose reply was lost: the lock waits until that commit, which holds the row, is through or gone.
-- Locks: the run's live row.
create or replace function millrace.journal_length(p_tenant int, p_run bigint, p_task int, p_fence bigint) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  perform from millrace.live l
  where l.run_id = p_run and l.task = p_task and l.fence = p_fence and l.tenant_id = p_tenant for update;
  if not found then
    return null;
  end if;
  return (select coalesce(max(c.seq) + 1, 0) from millrace.checkpoints c where c.run_id = p_run);
end $$;

comment on function millrace.journal_length(int, bigint, int, bigint) is 'How long the journal of an owned run is; null if it is not the caller''s.';
revoke execute on function millrace.journal_length(int, bigint, int, bigint) from public;
