-- note_heads: a sweep of these queues, which took so long, found nothing up to these places. Whoever is new begins there; what
-- commits late before them is found by sweeps, as it is by everybody else. Written when it has changed by much.
--   p_tenant  0: whoever's these routes are
-- Locks: rows of queue_heads, ascending.
create or replace function millrace.note_heads(p_tenant int, p_routes int[], p_turns bigint[], p_sweep_ms int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into millrace.queue_heads as h (route_id, tenant_id, turn, sweep_ms)
  select u.route, r.tenant_id, u.turn, p_sweep_ms
  from unnest(p_routes, p_turns) u (route, turn) join millrace.routes r on r.id = u.route and p_tenant in (0, r.tenant_id) order by u.route
  on conflict (route_id) do update set turn = greatest(h.turn, excluded.turn), sweep_ms = excluded.sweep_ms
  where excluded.turn > h.turn + 10000 or excluded.sweep_ms not between h.sweep_ms / 2 and h.sweep_ms * 2
$$;

comment on function millrace.note_heads(int, int[], bigint[], int) is 'Notes where the queues of these routes begin, as a sweep found it.';
revoke execute on function millrace.note_heads(int, int[], bigint[], int) from public;
