-- copy_history: gives a new run the history of another up to a row, without what one step did: what it then meets there at its
-- replay it does not do again. Failures of the handler, pauses and the like are not copied: they are not steps.
-- The end of a child was told to the old run: the new one gets it in its buffer. One that was cancelled (as the old run ended, say) is
-- started anew. While a child that is waited for is alive, nobody would be told. Events that the copied rows took the new run has had.
--   p_before  rows from this number on are left out    p_except  if not null, a step that has failed: and those of failed_steps
-- Returns: the number of rows copied. Raises: MR011 if a child that is waited for is alive, or has been taken out of the history.
-- The joins: the callers' settings hold here too, and a history may have 10,000 rows.
create or replace function millrace.copy_history(p_tenant int, p_from bigint, p_to bigint, p_before int, p_except text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = on as $$
declare
  v_open bigint[];   -- children whose end the journal does not hold, and that are waited for
  v_anew int[];      -- the rows of children that are started anew
  v_kept int[];
  v_had  int;        -- events
  v_left text[] := millrace.failed_steps(p_from, p_except);
begin
  select array_agg(x.run) filter (where x.waited and x.status is distinct from 'x'), array_agg(x.seq) filter (where x.status = 'x')
  into v_open, v_anew
  from (select c.seq, (c.data::json ->> 'run')::bigint as run, o.status,
               c.data::json ->> 'detached' is null or c.data::json ->> 'wait' is not null as waited
        from millrace.get_journal(p_from) c
        left join millrace.outcomes o on o.run_id = millrace.last_of_chain((c.data::json ->> 'run')::bigint)
        where c.kind = 'c' and c.seq < p_before and c.name <> all (v_left)
          and not exists (select from millrace.get_journal(p_from) g
                          where g.kind = 'g' and g.name in (c.name, '$close:' || c.name) and g.seq < p_before)) x;
  if exists (select from unnest(v_open) u (id)
             where not exists (select from millrace.outcomes o where o.run_id = millrace.last_of_chain(u.id))) then
    perform millrace.refuse_move(p_tenant, p_from,
      'a child that it waited for is still alive, or out of the history; cancel that, wait for its end, or fork from before it');
  end if;
  v_kept := array(
    select j.seq from millrace.get_journal(p_from) j
    where j.kind in ('r', 'e', 'f', 'g', 't', 'o', 'c', 'm', 's', 'l', 'k') and j.seq < p_before
      and j.name <> all (v_left) and (v_anew is null or j.seq <> all (v_anew)) order by j.seq);
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data, begun)
  select p_to, x.at, k.i::int - 1, p_tenant, x.kind, x.name, x.data, nullif(b.begun, k.i::int - 1)
  from unnest(v_kept) with ordinality k (seq, i)
  join millrace.get_journal(p_from) x on x.seq = k.seq,
  -- where it began among the rows that are left
  lateral (select case when cardinality(v_kept) > 0 then width_bucket(x.begun - 1, v_kept) end as begun) b;
  insert into millrace.signals (run_id, at, tenant_id, nth, id, name, data)
  select p_to, o.at, p_tenant, nextval('millrace.arrivals'), '$child:' || u.id, '$child:' || u.id,
         format('{"status":"%s"%s}', o.status, ',"output":' || o.output)
  from unnest(v_open) u (id) join millrace.outcomes o on o.run_id = millrace.last_of_chain(u.id);
  insert into millrace.signals (run_id, at, tenant_id, nth, taken, id, name)
  select p_to, x.at, p_tenant, nextval('millrace.arrivals'), k.i::int - 1, '$event:' || (v.event ->> 'id'), '$event'
  from unnest(v_kept) with ordinality k (seq, i) join millrace.get_journal(p_from) x on x.seq = k.seq,
  lateral (select millrace.taken_event(x.data) as event) v
  where x.kind = 'g' and v.event ->> 'id' ~ '^[0-9]{1,18}$'
  on conflict on constraint signals_pkey do nothing;
  get diagnostics v_had = row_count;
  update millrace.live l
  set seq = cardinality(v_kept), buffered = case when cardinality(v_open) > 0 or v_had > 0 then 0 end
  where l.run_id = p_to and l.task = 0;
  perform millrace.tell(array[p_to], array[0]);
  if exists (select from millrace.checkpoints c where c.run_id = p_to and c.kind = 'l') then
    perform millrace.index_run(p_tenant, p_to, millrace.set_values(p_to));
  end if;
  return cardinality(v_kept);
end $$;

comment on function millrace.copy_history(int, bigint, bigint, int, text) is 'Gives a new run the history of another up to a row.';
revoke execute on function millrace.copy_history(int, bigint, bigint, int, text) from public;
