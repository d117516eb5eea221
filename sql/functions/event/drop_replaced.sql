-- drop_replaced: of the runs in a call of advance_tasks those that its own emissions have not cancelled: what an event starts may replace
-- the very run that emits it (singleton), or one beside it in the call. Nothing more is to be done about that one; its owner is told.
--   p_only, p_ask  as in advance_tasks; null: all, none
-- Returns: mine, asked: the same without those. Locks: none, the caller holds the live rows.
create or replace function millrace.drop_replaced(
  p_only bigint[], p_ask bigint[], p_runs bigint[], p_ops "char"[], p_events json, out mine bigint[], out asked bigint[])
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  mine := p_only;
  asked := p_ask;
  if json_array_length(p_events -> 'emits') > 0 then
    mine := array(
      select u.id from unnest(p_runs, p_ops) u (id, op)
      where (p_only is null or u.id = any (p_only))
        and (u.op in ('c', 'f', 'x') or (select l.undo_ask is null from millrace.live l where l.run_id = u.id and l.task = 0)));
    asked := nullif(array(select a.id from unnest(p_ask) a (id) where a.id = any (mine)), '{}');
    mine := case when cardinality(mine) < cardinality(p_runs) then mine end;
  end if;
end $$;

comment on function millrace.drop_replaced(bigint[], bigint[], bigint[], "char"[], json) is
  'Of the runs in a call of advance_tasks those that its own emissions have not cancelled.';
revoke execute on function millrace.drop_replaced(bigint[], bigint[], bigint[], "char"[], json) from public;
