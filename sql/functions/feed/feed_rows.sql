-- feed_rows: what a row of a feed says: the start of the run (p_first -1), rows of its journal, its status then. That a run whose journal
-- has grown runs is not worth telling; nor is it that one is pending that was started.
create or replace function millrace.feed_rows(p_run bigint, p_first int, p_last int, p_status "char", p_at timestamptz)
returns table (what text, seq int, at timestamptz, kind "char", name text, data text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select 'start', null::int, p_at, null::"char", null, null where p_first = -1
  union all
  (select 'row', c.seq, c.at, coalesce(m.kind, c.kind), c.name, case when m.kind is null then c.data else m.data end
   from millrace.checkpoints c left join lateral millrace.shown_message(p_run, c.name, c.data) m on c.kind = 'g'
   where c.run_id = p_run and c.seq between p_first and p_last order by c.seq)
  union all
  select 'row', l.n + t.i::int - 1, o.at, (t.row ->> 0)::"char", t.row ->> 1,
         case when t.row ->> 0 like '_=%' then o.output else (t.row -> 2)::text end
  from millrace.outcomes o,
  lateral (select coalesce((select c.seq + 1 from millrace.checkpoints c where c.run_id = p_run order by c.seq desc limit 1), 0) as n) l,
  json_array_elements(o.tail::json) with ordinality t (row, i)
  where p_status in ('c', 'f', 'x') and o.run_id = p_run
  union all
  select 'status', null, p_at, p_status, null,
         case when p_status in ('c', 'f') then (select o.output from millrace.outcomes o where o.run_id = p_run) end
  where p_first is null or p_status <> case p_first when -1 then 'p' else 'r' end
$$;

comment on function millrace.feed_rows(bigint, int, int, "char", timestamptz) is 'What a row of a feed says.';
revoke execute on function millrace.feed_rows(bigint, int, int, "char", timestamptz) from public;
