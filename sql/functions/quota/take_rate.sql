-- take_rate: a portion of the requests that a tenant may send in this minute, for a server to let in: so any number of servers share
-- one limit, without a statement for each request. A portion is at most a quarter of what is left, so that the others get some too.
--   p_class  read, write, start, webhook: of the quota …_per_minute   p_want  how many the server would like
-- Returns: granted: 0: there are none left; most: null: no limit; remaining: after that; reset_ms: until the next minute begins.
-- Raises: MR001 for another class, MR042 if there is no such tenant. Locks: the row of the class.
create or replace function millrace.take_rate(p_tenant text, p_class text, p_want int)
returns table (granted int, most bigint, remaining bigint, reset_ms int)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.tenant_id(p_tenant);
  v_now    timestamptz := millrace.clock();
  v_window timestamptz := date_trunc('minute', v_now);
  v_reset  int := ceil(extract(epoch from v_window + interval '1 minute' - v_now) * 1000);
  v_most   bigint := millrace.quota(v_tenant, p_class || '_per_minute');
  v_left   bigint;
  v_taken  int;
begin
  if coalesce(p_class, '') not in ('read', 'write', 'start', 'webhook') then
    perform millrace.fail('MR001', format('There is no class of requests "%s".', left(p_class, 140)),
      'Give read, write, start or webhook.');
  end if;
  if p_class = 'start' and millrace.quota(v_tenant, 'live_runs') is not null then
    perform millrace.count_live(v_tenant, true);  -- here, where a refusal does not roll the count back
  end if;
  if v_most is null then
    return query select p_want, null::bigint, null::bigint, v_reset;
    return;
  end if;
  insert into millrace.rates (tenant_id, class, window_at, used) values (v_tenant, p_class, v_window, 0)
  on conflict on constraint rates_pkey do nothing;
  select v_most - case when r.window_at = v_window then r.used else 0 end into v_left
  from millrace.rates r where r.tenant_id = v_tenant and r.class = p_class order by r.class for update;
  v_taken := greatest(least(p_want, v_left, greatest(ceil(v_left / 4.0), 1)), 0);
  update millrace.rates r set window_at = v_window, used = v_most - v_left + v_taken
  where r.tenant_id = v_tenant and r.class = p_class and v_taken > 0;
  return query select v_taken, v_most, greatest(v_left - v_taken, 0), v_reset;
end $$;

comment on function millrace.take_rate(text, text, int) is 'A portion of the requests that a tenant may send in this minute.';
revoke execute on function millrace.take_rate(text, text, int) from public;
