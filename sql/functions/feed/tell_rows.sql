-- tell_rows: tell, for what owners append to the journals of their runs, and for the ends of these.
--   p_only  the runs whose fence holds; null: all    p_runs, p_ops  as of advance_tasks    c_runs, c_seqs  the rows
create or replace function millrace.tell_rows(p_only bigint[], p_runs bigint[], p_ops "char"[], c_runs bigint[], c_seqs int[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if not exists (select from millrace.follows) then
    return;
  end if;
  perform millrace.tell(array_agg(x.id), array_agg(x.first))
  from (select u.id, min(u.seq) as first
        from (select r.id, null::int from unnest(p_runs, p_ops) r (id, op) where r.op in ('c', 'f', 'x')
              union all select * from unnest(c_runs, c_seqs)) u (id, seq)
        where p_only is null or u.id = any (p_only) group by u.id) x;
end $$;

comment on function millrace.tell_rows(bigint[], bigint[], "char"[], bigint[], int[]) is 'Tells those who follow runs what their owners wrote.';
revoke execute on function millrace.tell_rows(bigint[], bigint[], "char"[], bigint[], int[]) from public;
