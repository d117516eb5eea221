-- count_live: counts the unfinished runs of a tenant, at most once a second: it reads all of live, so nothing counts them at each start.
--   p_first  also notes the count where none was noted before. Two that do wait for each other: not in a transaction of a user
-- Returns: how many there were when somebody counted last. Locks: the row of the count, skipping it if somebody else counts.
create or replace function millrace.count_live(p_tenant int, p_first boolean default false) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off set enable_seqscan = on as $$
declare
  v_now  timestamptz := millrace.clock();
  v_old  millrace.quota_use;
  v_used bigint;
begin
  select * into v_old from millrace.quota_use u where u.tenant_id = p_tenant and u.kind = 'live_runs';
  if found then
    if v_old.counted_at > v_now - interval '1 s' then
      return v_old.used;
    end if;
    perform from millrace.quota_use u where u.tenant_id = p_tenant and u.kind = 'live_runs' order by u.kind for update skip locked;
    if not found then
      return v_old.used;
    end if;
  end if;
  v_used := (select count(*) from millrace.live l where l.tenant_id = p_tenant and l.task = 0);
  update millrace.quota_use u set used = v_used, counted_at = v_now where u.tenant_id = p_tenant and u.kind = 'live_runs';
  insert into millrace.quota_use (tenant_id, kind, used, counted_at)
  select p_tenant, 'live_runs', v_used, v_now where v_old.kind is null and p_first
  on conflict on constraint quota_use_pkey do nothing;
  return v_used;
end $$;

comment on function millrace.count_live(int, boolean) is 'Counts the unfinished runs of a tenant, at most once a second.';
revoke execute on function millrace.count_live(int, boolean) from public;
