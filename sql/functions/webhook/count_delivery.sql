-- count_delivery: counts deliveries that started nothing, and says whether the log has room for one of them: whoever sends forgeries shall
-- not fill the database. Of those that were rejected, or came again, 10 a minute and 100 an hour are kept; of errors, which nobody makes
-- at will, ten times as many.
--   p_status  r, e or d    p_n  how many    p_keep  one of them is to be kept
-- Returns: whether it may be. Locks: the row of that hour.
create or replace function millrace.count_delivery(p_hook millrace.webhooks, p_status "char", p_n int, p_keep boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now  timestamptz := millrace.clock();
  v_min  timestamptz := date_trunc('minute', v_now);
  v_most int := case p_status when 'e' then 100 else 10 end;
  v_one  int := case when p_keep then 1 else 0 end;
  v_row  millrace.webhook_counts;
begin
  insert into millrace.webhook_counts as c (webhook_id, hour, minute, tenant_id, in_minute, kept, rejected, errors, duplicates)
  values (p_hook.id, date_trunc('hour', v_now), v_min, p_hook.tenant_id, 0, 0, case p_status when 'r' then p_n else 0 end,
          case p_status when 'e' then p_n else 0 end, case p_status when 'd' then p_n else 0 end)
  on conflict on constraint webhook_counts_pkey do update
  set rejected = c.rejected + excluded.rejected, errors = c.errors + excluded.errors, duplicates = c.duplicates + excluded.duplicates,
      in_minute = case when c.minute = excluded.minute then c.in_minute else 0 end, minute = excluded.minute
  returning * into v_row;
  if not p_keep or v_row.in_minute >= v_most or v_row.kept >= 10 * v_most then
    return false;
  end if;
  update millrace.webhook_counts c set in_minute = c.in_minute + v_one, kept = c.kept + v_one
  where c.webhook_id = v_row.webhook_id and c.hour = v_row.hour;
  return true;
end $$;

comment on function millrace.count_delivery(millrace.webhooks, "char", int, boolean) is 'Counts deliveries that started nothing; whether the log has room.';
revoke execute on function millrace.count_delivery(millrace.webhooks, "char", int, boolean) from public;
