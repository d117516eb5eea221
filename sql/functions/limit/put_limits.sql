-- put_limits: sets the rules of a workflow or a queue; they hold from the next run that is handed out. Does nothing if they are so
-- already: each worker that begins says them again.
--   p_rules  {concurrency: [{limit, key}], rate: [{limit, period_ms, burst, key}], fairness: {key, weight}}; key: paths into the
--            input; '{}': none
-- Raises: MR001 for rules of another form. Locks: routes, against new ones, which could miss the change; the row of limits; live rows
-- that are leased, skipping locked ones.
create or replace function millrace.put_limits(p_tenant int, p_kind "char", p_name text, p_rules jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id  int;
  v_old jsonb;
begin
  select l.id, l.rules into v_id, v_old from millrace.limits l where l.tenant_id = p_tenant and l.kind = p_kind and l.name = p_name;
  if v_old = p_rules then
    return;
  end if;
  perform millrace.check_limits(p_rules);
  p_rules := (select coalesce(jsonb_object_agg(e.key, e.value), '{}') from jsonb_each(p_rules) e where e.value <> '[]');
  if v_old = p_rules or v_id is null and p_rules = '{}' then
    return;
  end if;
  lock table millrace.routes in share row exclusive mode;
  insert into millrace.limits as l (tenant_id, kind, name, rules) values (p_tenant, p_kind, p_name, p_rules)
  on conflict on constraint limits_key do update set rules = excluded.rules
  returning l.id into v_id;
  perform millrace.limit_routes(p_tenant, v_id, null);
  update millrace.lanes n
  set gates = g.gates, caps = g.caps, own = g.own, meters = g.meters, rates = g.rates, bursts = g.bursts, opens_at = null
  from millrace.limited_routes r, millrace.lanes o, lateral millrace.lane_gates(r.limits, o.keys) g
  where v_id = any (r.limits) and o.route_id = r.route_id and n.route_id = o.route_id and n.lane = o.lane;
  perform millrace.hint();
end $$;

comment on function millrace.put_limits(int, "char", text, jsonb) is 'Sets the rules of a workflow or a queue.';
revoke execute on function millrace.put_limits(int, "char", text, jsonb) from public;
