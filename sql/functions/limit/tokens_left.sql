-- tokens_left: how many runs may begin now by these meters, and if none, when the next may. A meter without a row is full.
-- A clock that was set back takes no tokens away.
create or replace function millrace.tokens_left(
  p_meters bigint[], p_rates double precision[], p_bursts int[], p_now timestamptz, out room int, out opens_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  -- a token that is there but for the rounding is there
  select floor(min(x.tokens) + 1e-6)::int, p_now + max(greatest(1 - x.tokens, 0) / x.rate) * interval '1 s'
  from (select u.rate, least(u.burst, coalesce(m.tokens + greatest(extract(epoch from p_now - m.at), 0) * u.rate, u.burst)) as tokens
        from unnest(p_meters, p_rates, p_bursts) u (id, rate, burst) left join millrace.meters m on m.id = u.id) x
$$;

comment on function millrace.tokens_left(bigint[], double precision[], int[], timestamptz) is 'How many runs may begin now by these meters.';
revoke execute on function millrace.tokens_left(bigint[], double precision[], int[], timestamptz) from public;
