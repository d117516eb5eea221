-- read_runs: what has happened to runs since one looked last: of each the start, then rows of its journal, lines of its log, its status.
--   p_nexts  of each the first row of the journal that is wanted; -1: the start too    p_logs  the line of its log after which to go on;
--            null: none is wanted    p_limit  rows of each; and no more once they have p_bytes (but one)
-- Returns: nth (in p_runs, from 1), what: start · row · log (kind: its level; name: the step; data: message, fields, dropped) · status
-- (kind: run_status; name: reason; data: output or failure; seq: the length of the journal) · gone.
-- Waits that messages ended: see shown_message. One snapshot: a status is that after the rows.
-- Rows that were recorded with the outcome come last.
create or replace function millrace.read_runs(p_tenant int, p_runs bigint[], p_nexts int[], p_logs bigint[],
  p_limit int default 200, p_bytes int default 1048576)
returns table (nth int, what text, seq bigint, at timestamptz, kind "char", name text, data text, attempt int)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select u.i::int, x.*
  from unnest(p_runs, p_nexts, p_logs) with ordinality u (id, next, log, i)
  left join lateral (select r.created_at, r.id from millrace.runs r where r.id = u.id and r.tenant_id = p_tenant offset 0) r on true
  left join millrace.outcomes o on o.run_id = r.id
  left join lateral (select c.seq + 1 as n from millrace.checkpoints c where c.run_id = r.id order by c.seq desc limit 1) l on true
  cross join lateral (
    select case when o.tail is null then 0 else json_array_length(o.tail::json) end + coalesce(l.n, 0) as length) n
  cross join lateral (
    select 'gone' as what, null::bigint as seq, null::timestamptz as at, null::"char" as kind, null as name, null as data,
           null::int as attempt
    where r.id is null
    union all
    select 'start', null, r.created_at, null, null, null, null where r.id is not null and u.next < 0
    union all
    (select 'row', b.seq, b.at, coalesce(m.kind, b.kind), b.name, case when m.kind is null then b.data else m.data end, null
     from (select t.*, sum(octet_length(coalesce(t.data, ''))) over (order by t.seq) - octet_length(coalesce(t.data, '')) as before
           from (select * from (
                   (select c.seq, c.at, c.kind, c.name, c.data from millrace.checkpoints c
                    where c.run_id = r.id and c.seq >= u.next order by c.seq limit p_limit)
                   union all
                   select coalesce(l.n, 0) + t.i::int - 1, o.at, (t.row ->> 0)::"char", t.row ->> 1,
                          case when t.row ->> 0 like '_=%' then o.output else (t.row -> 2)::text end
                   from json_array_elements(o.tail::json) with ordinality t (row, i) where coalesce(l.n, 0) + t.i - 1 >= u.next) a
                 order by a.seq limit p_limit) t) b
     left join lateral millrace.shown_message(r.id, b.name, b.data) m on b.kind = 'g'
     where b.before < p_bytes order by b.seq)
    union all
    (select 'log', g.id, g.at, g.level, g.step,
            json_build_object('message', g.message, 'fields', g.fields::json, 'dropped', nullif(g.dropped, 0))::text, g.attempt
     from millrace.logs g where r.id is not null and g.run_id = r.id and g.id > u.log order by g.id limit p_limit)
    union all
    select 'status', n.length, o.at, millrace.run_status(r.id),
           (select v.reason from millrace.live v where v.run_id = r.id and v.task = 0)::text, o.output, null
    where r.id is not null) x
$$;

comment on function millrace.read_runs(int, bigint[], int[], bigint[], int, int) is 'What has happened to runs since one looked last.';
revoke execute on function millrace.read_runs(int, bigint[], int[], bigint[], int, int) from public;
