-- document_cycle: a circle among nodes that depend on each other, as their ids, each before the one that depends on it, the first again at
-- the end; null if there is none. Takes nodes away of which all dependencies are gone: what is left has a circle, or depends on one.
-- By hand, because a chain of 10,000 would be as many turns of a query over all of them.
--   p_nodes  an array of nodes, {id, depends_on}; what they depend on that is not there is passed by
create or replace function millrace.document_cycle(p_nodes jsonb) returns text[]
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_ids   text[];
  v_from  int[];          -- edges: what must end, ascending …
  v_to    int[];          -- … before this may begin
  v_first int[];          -- the first edge of each node; one more at the end
  v_open  int[];          -- dependencies that are not gone
  v_gone  int[] := '{}';
  v_next  int[];          -- of nodes that are left: one of the dependencies that are left
  v_head  int := 1;
  v_at    int;
  v_seen  int[] := '{}';  -- the way back, by number
begin
  select array_agg(n.node ->> 'id' order by n.i) into v_ids from jsonb_array_elements(p_nodes) with ordinality n (node, i);
  select array_agg(e.dep order by e.dep, e.node), array_agg(e.node order by e.dep, e.node) into v_from, v_to
  from (select distinct d.i::int as dep, n.i::int as node
        from jsonb_array_elements(p_nodes) with ordinality n (node, i),
        lateral jsonb_array_elements_text(case jsonb_typeof(n.node -> 'depends_on') when 'array' then n.node -> 'depends_on'
                                               else '[]' end) x (id)
        join unnest(v_ids) with ordinality d (id, i) on d.id = x.id) e;
  if v_from is null then
    return null;
  end if;
  select array_agg(coalesce(e.first, 0) order by i), array_agg(coalesce(o.open, 0) order by i) into v_first, v_open
  from generate_series(1, cardinality(v_ids)) i
  left join (select u.dep, min(u.k)::int as first from unnest(v_from) with ordinality u (dep, k) group by u.dep) e on e.dep = i
  left join (select u.node, count(*)::int as open from unnest(v_to) u (node) group by u.node) o on o.node = i;
  for i in 1 .. cardinality(v_ids) loop
    if v_open[i] = 0 then
      v_gone := v_gone || i;
    end if;
  end loop;
  while v_head <= cardinality(v_gone) loop
    v_at := v_first[v_gone[v_head]];
    while v_at > 0 and v_from[v_at] = v_gone[v_head] loop
      v_open[v_to[v_at]] := v_open[v_to[v_at]] - 1;
      if v_open[v_to[v_at]] = 0 then
        v_gone := v_gone || v_to[v_at];
      end if;
      v_at := v_at + 1;
    end loop;
    v_head := v_head + 1;
  end loop;
  if cardinality(v_gone) = cardinality(v_ids) then
    return null;
  end if;
  select array_agg(x.dep order by i) into v_next
  from generate_series(1, cardinality(v_ids)) i
  left join (select u.node, min(u.dep) as dep from unnest(v_from, v_to) u (dep, node)
             where v_open[u.dep] > 0 and v_open[u.node] > 0 group by u.node) x on x.node = i;
  -- after as many turns as there are nodes it is in the circle
  v_at := (select min(i) from generate_series(1, cardinality(v_ids)) i where v_open[i] > 0);
  for i in 1 .. cardinality(v_ids) loop
    v_at := v_next[v_at];
  end loop;
  while v_seen[1] is distinct from v_at loop
    v_seen := v_at || v_seen;
    v_at := v_next[v_at];
    exit when v_at = v_seen[cardinality(v_seen)];
  end loop;
  return array(select v_ids[s.i] from unnest(v_seen[cardinality(v_seen)] || v_seen) with ordinality s (i, n) order by s.n);
end $$;

comment on function millrace.document_cycle(jsonb) is 'A circle among nodes that depend on each other; null if there is none.';
revoke execute on function millrace.document_cycle(jsonb) from public;
