-- run_window: the next ids of a list of runs, at most p_size, on one side of a bound: from the narrowest index that the
-- filter allows. get_runs filters them further and asks again.
-- A route is looked for by between: with = the planner may walk the primary key through all runs until it has found enough.
-- Of many routes only those whose next run is among the first p_size can be in the window, so the others are asked for that
-- one run only: 2,000 routes cost 2,000 looks into the index, not 2,000 times p_size rows.
--   p_source  label: p_label and p_value of run_labels · unhappy: p_value of outcomes · live · routes: p_routes
create or replace function millrace.run_window(
  p_tenant int, p_source text, p_label "char", p_value text, p_routes int[], p_bound bigint, p_newer boolean, p_size int)
returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off as $$
begin
  return case
    when p_source = 'label' and p_newer then array(
      select b.run_id from millrace.run_labels b
      where b.tenant_id = p_tenant and b.kind = p_label and b.value = p_value and b.run_id > p_bound order by b.run_id limit p_size)
    when p_source = 'label' then array(
      select b.run_id from millrace.run_labels b
      where b.tenant_id = p_tenant and b.kind = p_label and b.value = p_value and b.run_id < p_bound
      order by b.run_id desc limit p_size)
    when p_source = 'unhappy' and p_newer then array(
      select o.run_id from millrace.outcomes o
      where o.status <> 'c' and o.tenant_id = p_tenant and o.status = p_value::"char" and o.run_id > p_bound
      order by o.run_id limit p_size)
    when p_source = 'unhappy' then array(
      select o.run_id from millrace.outcomes o
      where o.status <> 'c' and o.tenant_id = p_tenant and o.status = p_value::"char" and o.run_id < p_bound
      order by o.run_id desc limit p_size)
    when p_source = 'live' and p_newer then array(
      select l.run_id from millrace.live l where l.tenant_id = p_tenant and l.task = 0 and l.run_id > p_bound
      order by l.run_id limit p_size)
    when p_source = 'live' then array(
      select l.run_id from millrace.live l where l.tenant_id = p_tenant and l.task = 0 and l.run_id < p_bound
      order by l.run_id desc limit p_size)
    when p_newer then array(
      select x.id
      from (select u.route from unnest(p_routes) u (route),
            lateral (select r.id from millrace.runs r where r.route_id between u.route and u.route and r.id > p_bound
                     order by r.route_id, r.id limit 1) n
            order by n.id limit p_size) f,
      lateral (select r.id from millrace.runs r where r.route_id between f.route and f.route and r.id > p_bound
               order by r.route_id, r.id limit p_size) x
      order by x.id limit p_size)
    else array(
      select x.id
      from (select u.route from unnest(p_routes) u (route),
            lateral (select r.id from millrace.runs r where r.route_id between u.route and u.route and r.id < p_bound
                     order by r.route_id desc, r.id desc limit 1) n
            order by n.id desc limit p_size) f,
      lateral (select r.id from millrace.runs r where r.route_id between f.route and f.route and r.id < p_bound
               order by r.route_id desc, r.id desc limit p_size) x
      order by x.id desc limit p_size)
  end;
end $$;

comment on function millrace.run_window(int, text, "char", text, int[], bigint, boolean, int) is 'The next ids of a list of runs, from the narrowest index.';
revoke execute on function millrace.run_window(int, text, "char", text, int[], bigint, boolean, int) from public;
