-- lane_gates: the gates and meters that a lane with these keys goes through, by the rules of these limits. A rule's gate is the same for
-- all lanes with the same values at its paths; what a run has no value for (it was started before the rule) counts as null.
-- Returns: gates with their caps, first those that all lanes share (whole: how many); own, that of the tightest rule of the workflow's
-- that names what the lane has values for, and nothing else: no lane with the same names has it, but such with more or fewer may;
-- meters with their rates (tokens a second) and bursts.
create or replace function millrace.lane_gates(p_limits int[], p_keys jsonb)
returns table (gates bigint[], caps int[], whole int, own bigint, meters bigint[], rates double precision[], bursts int[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with rules as (
    select l.id, l.kind, x.counts, x.rule, x.i,
           coalesce(array(select k from jsonb_array_elements_text(x.rule -> 'key') k order by k), '{}') as key
    from millrace.limits l,
    lateral (select true as counts, c.rule, c.i from jsonb_array_elements(l.rules -> 'concurrency') with ordinality c (rule, i)
             union all
             select false, r.rule, r.i from jsonb_array_elements(l.rules -> 'rate') with ordinality r (rule, i)) x
    where l.id = any (p_limits)),
  gates as (
    select r.id, r.i, r.counts, r.key = '{}' as whole, (r.rule ->> 'limit')::int as cap,
           r.key <> '{}' and r.kind = 'w' and r.key = array(select k from jsonb_object_keys(p_keys) k order by k) as own,
           (r.rule ->> 'limit')::int * 1000.0 / (r.rule ->> 'period_ms')::bigint as rate,
           coalesce((r.rule ->> 'burst')::int, (r.rule ->> 'limit')::int) as burst,
           millrace.hash64(format('gate %s %s %s', r.id, case when not r.counts then r.rule ->> 'period_ms' end,
             (select jsonb_agg(jsonb_build_array(k.path, p_keys -> k.path) order by k.path) from unnest(r.key) k (path)))) as gate
    from rules r),
  apart as (  -- several rules with one key: each has its own, and all hold
    select g.*, row_number() over (partition by g.counts, g.gate order by g.i) as nth from gates g),
  named as (
    select n.id, n.i, n.counts, n.whole, n.cap, n.own, n.rate, n.burst,
           case n.nth when 1 then n.gate else millrace.hash64(format('gate %s %s', n.gate, n.nth)) end as gate
    from apart n)
  select coalesce(array_agg(g.gate order by not g.whole, g.id, g.i) filter (where g.counts), '{}'),
         coalesce(array_agg(g.cap order by not g.whole, g.id, g.i) filter (where g.counts), '{}'),
         (count(*) filter (where g.counts and g.whole))::int,
         (array_agg(g.gate order by g.cap) filter (where g.counts and g.own))[1],
         coalesce(array_agg(g.gate order by g.id, g.i) filter (where not g.counts), '{}'),
         coalesce(array_agg(g.rate order by g.id, g.i) filter (where not g.counts), '{}'),
         coalesce(array_agg(g.burst order by g.id, g.i) filter (where not g.counts), '{}')
  from named g
$$;

comment on function millrace.lane_gates(int[], jsonb) is 'The gates and meters that a lane with these keys goes through.';
revoke execute on function millrace.lane_gates(int[], jsonb) from public;
