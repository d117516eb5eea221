-- spend_tokens: takes tokens for runs that begin. The caller holds the limits. Returns: when the next run may begin, null: now.
-- A bucket that needs more than a century to be full is noted as if it were so then: there is no time in a million years.
-- Locks: rows of meters.
create or replace function millrace.spend_tokens(
  p_tenant int, p_meters bigint[], p_rates double precision[], p_bursts int[], p_runs int, p_now timestamptz) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_left record;
begin
  insert into millrace.meters (id, tenant_id, tokens, at, full_at)
  select x.id, p_tenant, x.tokens, p_now, p_now + least((x.burst - x.tokens) / x.rate, 3.2e9) * interval '1 s'
  from (select u.id, u.rate, u.burst,
               least(u.burst, coalesce(m.tokens + greatest(extract(epoch from p_now - m.at), 0) * u.rate, u.burst)) - p_runs as tokens
        from unnest(p_meters, p_rates, p_bursts) u (id, rate, burst) left join millrace.meters m on m.id = u.id) x
  order by x.id
  on conflict (id) do update set tokens = excluded.tokens, at = excluded.at, full_at = excluded.full_at;
  select * into v_left from millrace.tokens_left(p_meters, p_rates, p_bursts, p_now);
  return case when v_left.room < 1 then v_left.opens_at end;
end $$;

comment on function millrace.spend_tokens(int, bigint[], double precision[], int[], int, timestamptz) is 'Takes tokens for runs that begin.';
revoke execute on function millrace.spend_tokens(int, bigint[], double precision[], int[], int, timestamptz) from public;
