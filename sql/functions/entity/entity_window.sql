-- entity_window: the next ids of a list of instances, at most p_size, on one side of a bound, out of an index alone.
-- Of many states only those whose next instance is among the first p_size can be in the window, so the others are asked for that one.
--   p_entity  null: of p_machines and p_states, pair by pair; else of this entity of p_tables
create or replace function millrace.entity_window(
  p_tenant int, p_tables text[], p_entity text, p_machines text[], p_states text[], p_bound uuid, p_newer boolean, p_size int)
returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off as $$
begin
  return case
    when p_entity is not null and p_newer then array(
      select x.id from unnest(p_tables) u (tab),
      lateral (select e.id from millrace.entities e where e.tenant_id = p_tenant and e.entity_table = u.tab and e.entity_id = p_entity
                 and e.id > p_bound order by e.id limit p_size) x
      order by x.id limit p_size)
    when p_entity is not null then array(
      select x.id from unnest(p_tables) u (tab),
      lateral (select e.id from millrace.entities e where e.tenant_id = p_tenant and e.entity_table = u.tab and e.entity_id = p_entity
                 and e.id < p_bound order by e.id desc limit p_size) x
      order by x.id desc limit p_size)
    when p_newer then array(
      select x.id
      from (select u.machine, u.state from unnest(p_machines, p_states) u (machine, state),
            lateral (select e.id from millrace.entities e where e.tenant_id = p_tenant and e.machine = u.machine and e.state = u.state
                       and e.id > p_bound order by e.id limit 1) n
            order by n.id limit p_size) f,
      lateral (select e.id from millrace.entities e where e.tenant_id = p_tenant and e.machine = f.machine and e.state = f.state
                 and e.id > p_bound order by e.id limit p_size) x
      order by x.id limit p_size)
    else array(
      select x.id
      from (select u.machine, u.state from unnest(p_machines, p_states) u (machine, state),
            lateral (select e.id from millrace.entities e where e.tenant_id = p_tenant and e.machine = u.machine and e.state = u.state
                       and e.id < p_bound order by e.id desc limit 1) n
            order by n.id desc limit p_size) f,
      lateral (select e.id from millrace.entities e where e.tenant_id = p_tenant and e.machine = f.machine and e.state = f.state
                 and e.id < p_bound order by e.id desc limit p_size) x
      order by x.id desc limit p_size)
  end;
end $$;

comment on function millrace.entity_window(int, text[], text, text[], text[], uuid, boolean, int) is 'The next ids of a list of instances.';
revoke execute on function millrace.entity_window(int, text[], text, text[], text[], uuid, boolean, int) from public;
