-- settle: ends the waits of one run that can end: by a buffered message (the oldest of its name, g), else by time (t, or o
-- where a message was waited for; a key that begins with ~ or ? ends without a row). What ends a wait becomes a journal
-- row under the run's lock, in the transaction that wakes the run: replay never asks the buffer.
-- Waits of one key are one wait: the message that came first ends it, the others stay in the buffer, and the row's data are
-- [name, data].
-- Of several waits for one message the oldest step gets it, and of the calls of one step (answer, answer#2) the newest: the
-- others lost a race in a loop, and nobody listens to them any more.
--   p_more  signals that were just put and are not counted in live.buffered yet
-- Returns: the journal rows from p_seq on, also those that an earlier call wrote whose reply was lost, and a row of kind ~
-- without a number for each wait that ended without one. They are news to an owner; nobody else looks at them.
-- Transitions: waiting -> queued, if a wait ended; leased -> leased. Locks: none, the caller holds the live row.
create or replace function millrace.settle(p_run bigint, p_task int, p_seq int, p_now timestamptz, p_more int default 0)
returns table (seq int, kind "char", name text, data text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_live  millrace.live;
  v_wait  record;
  v_sign  millrace.signals;
  v_ended text[];
  v_quiet text[] := '{}';
  v_seq   int;
  v_from  int;       -- the first row that this writes
  v_taken int := 0;  -- of callers
  v_heard boolean := p_more > 0;
begin
  select * into v_live from millrace.live l where l.run_id = p_run and l.task = p_task;
  select coalesce(array_agg(c.name), '{}'), coalesce(max(c.seq) + 1, p_seq) into v_ended, v_seq
  from millrace.checkpoints c where c.run_id = p_run and c.seq >= p_seq;
  v_from := v_seq;
  for v_wait in
    select w.key, w.name, w.until, w.many
    from (select x.*, count(*) over (partition by x.key) > 1 as many,
                 min(x.i) over (partition by x.name, case when x.name is null then x.key else x.step end) as first
          from (select u.*, regexp_replace(u.key, '#[0-9]+(?=~|$)', '') as step,
                     substring(u.key from '#([0-9]{1,9})(?:~|$)')::int as call
                from unnest(v_live.wait_keys, v_live.wait_names, v_live.wait_until) with ordinality u (key, name, until, i)) x) w
    where w.key <> all (v_ended)
    order by min(w.first) over (partition by w.key), w.call desc nulls last,
             case when w.many then (select min(g.nth) from millrace.signals g
                                    where g.run_id = p_run and g.name = w.name and g.taken is null) end nulls last, w.i
  loop
    continue when v_wait.key = any (v_ended);
    select * into v_sign from millrace.signals g
    where g.run_id = p_run and g.name = v_wait.name and g.taken is null order by g.nth limit 1;
    continue when v_sign.id is null and (v_wait.until is null or v_wait.until > p_now);
    v_ended := v_ended || v_wait.key;
    v_heard := v_heard or v_sign.id is not null;
    v_taken := v_taken + case when v_sign.id is null or v_sign.id ~ '^[$](child|approval|event):' then 0 else 1 end;
    if v_sign.id is not null or v_wait.key !~ '^[~?]' then
      update millrace.signals g set taken = v_seq where g.run_id = p_run and g.id = v_sign.id;
      insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
      values (p_run, p_now, v_seq, v_live.tenant_id,
              (case when v_sign.id is not null then 'g' when v_wait.name is null then 't' else 'o' end)::"char",
              v_wait.key, case when v_wait.many and v_sign.id is not null
                          then format('[%s,%s]', to_json(v_wait.name), coalesce(v_sign.data, 'null')) else v_sign.data end);
      v_seq := v_seq + 1;
    else
      v_quiet := v_quiet || v_wait.key;
    end if;
  end loop;
  if cardinality(v_ended) > 0 then
    perform millrace.wake(p_run, p_task, v_seq, v_ended, case when v_heard then p_more - v_taken end);
    perform millrace.tell(array[p_run], array[v_from]);
  end if;
  return query select c.seq, c.kind, c.name, c.data from millrace.checkpoints c
               where c.run_id = p_run and c.seq >= p_seq order by c.seq;
  return query select null::int, '~'::"char", q, null::text from unnest(v_quiet) q;
end $$;

comment on function millrace.settle(bigint, int, int, timestamptz, int) is 'Ends the waits of a run that can end; returns its journal from a number on.';
revoke execute on function millrace.settle(bigint, int, int, timestamptz, int) from public;
