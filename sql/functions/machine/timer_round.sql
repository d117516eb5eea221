-- timer_round: where timers of a machine lead round, each in less than a second: an entity would move for ever without anybody's doing. One
-- timer of a second on the way is enough, and so is a transition that somebody asks for. The shape of the document has been checked.
-- Returns: the first transition (its place, from 1) that lies on the way, and the states; nulls if there is none.
create or replace function millrace.timer_round(p_document jsonb, out ordinal int, out states text[])
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_names text[] := array(select distinct s ->> 'name' from jsonb_array_elements(p_document -> 'states') s order by 1);
  v_here  int[];  -- of each way the state to which it leads, and in the second turn that which it leaves
  v_there int[];
  v_at    int[];  -- its place in the document
  v_count int[];  -- ways of each state that are left
  v_first int[];  -- of each state: its first way by v_there
  v_gone  int[];
  v_next  int;
begin
  select array_agg(t.n order by f.n), array_agg(f.n order by f.n), array_agg(e.ordinal order by f.n) into v_here, v_there, v_at
  from millrace.machine_edges(p_document) e
  join unnest(v_names) with ordinality f (name, n) on f.name = e.from_state
  join unnest(v_names) with ordinality t (name, n) on t.name = e.to_state
  where millrace.document_ms(e.body -> 'after') < 1000;
  for v_turn in 1 .. 2 loop  -- what begins where nothing ends, then what ends where nothing begins: what lies round stays
    exit when v_here is null;
    v_count := array_fill(0, array[cardinality(v_names)]);
    v_first := array_fill(null::int, array[cardinality(v_names)]);
    for i in reverse cardinality(v_here) .. 1 loop
      v_count[v_here[i]] := v_count[v_here[i]] + 1;
      v_first[v_there[i]] := i;
    end loop;
    v_gone := array(select n from generate_series(1, cardinality(v_names)) n where v_count[n] = 0);
    v_next := 1;
    while v_next <= cardinality(v_gone) loop
      for i in coalesce(v_first[v_gone[v_next]], cardinality(v_here) + 1) .. cardinality(v_here) loop
        exit when v_there[i] <> v_gone[v_next];
        v_count[v_here[i]] := v_count[v_here[i]] - 1;
        if v_count[v_here[i]] = 0 then
          v_gone := v_gone || v_here[i];
        end if;
      end loop;
      v_next := v_next + 1;
    end loop;
    select array_agg(w.there order by w.here), array_agg(w.here order by w.here), array_agg(w.at order by w.here)
    into v_here, v_there, v_at
    from unnest(v_here, v_there, v_at) w (here, there, at) where w.there not in (select g from unnest(v_gone) g);
  end loop;
  ordinal := (select min(a) from unnest(v_at) a);
  states := array(select v_names[x.n] from (select distinct t as n from unnest(v_there) t) x order by 1);
end $$;

comment on function millrace.timer_round(jsonb) is 'Where timers of a machine lead round, each in less than a second.';
revoke execute on function millrace.timer_round(jsonb) from public;
