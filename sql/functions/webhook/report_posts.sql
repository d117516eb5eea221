-- report_posts: what became of attempts to send deliveries. One that failed is tried again: after 5 s, then after four times as long each
-- time, up to 6 hours, less up to half of it by chance; or when the other side said. After 3 days it is given up. A webhook that had
-- nothing but failures for 5 days, or was told that nobody is there any more (410), sends nothing any more, and says why.
--   p_posts  [{id, attempt, ok, answer, reason, wait_ms, gone}]; an attempt that another has overtaken is passed over
-- Locks: the webhooks' rows, ascending; then the deliveries'.
create or replace function millrace.report_posts(p_posts jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := millrace.clock();
  v_hook millrace.webhooks;
  v_post record;
  v_ms   numeric;
  v_end  boolean;
begin
  for v_hook in
    select w.* from millrace.webhooks w
    where w.id in (select d.webhook_id from jsonb_array_elements(p_posts) p
                   join millrace.webhook_deliveries d on d.id = (p ->> 'id')::bigint)
    order by w.id for update
  loop
    for v_post in
      select d.id, d.attempts, d.give_up_at, p.body ->> 'reason' as reason, (p.body ->> 'answer')::int as answer,
             coalesce((p.body ->> 'ok')::boolean, false) as ok, coalesce((p.body ->> 'gone')::boolean, false) as gone,
             coalesce((p.body ->> 'wait_ms')::numeric, 0) as wait
      from jsonb_array_elements(p_posts) p (body)
      join millrace.webhook_deliveries d on d.id = (p.body ->> 'id')::bigint and d.attempts = (p.body ->> 'attempt')::int
      where d.webhook_id = v_hook.id and d.status = 'p'
      order by d.id for update of d
    loop
      v_ms := greatest(least(5000 * 4 ^ least(v_post.attempts - 1, 20), 21600000) * (1 - random() / 2), least(v_post.wait, 21600000));
      v_end := v_post.ok or v_now + v_ms * interval '1 ms' > v_post.give_up_at;
      update millrace.webhook_deliveries d
      set status = case when v_post.ok then 's' when v_end then 'f' else 'p' end, answer = v_post.answer,
          reason = case when not v_post.ok then left(v_post.reason, 1000) end,
          next_at = case when not v_end then v_now + v_ms * interval '1 ms' end
      where d.id = v_post.id;
      v_hook.failures := case when v_post.ok then 0 else v_hook.failures + 1 end;
      v_hook.failing_since := case when not v_post.ok then coalesce(v_hook.failing_since, v_now) end;
      if v_post.gone or v_hook.failing_since < v_now - interval '5 days' then
        v_hook.active := false;
        v_hook.problem := jsonb_build_object('at', v_now, 'code', case when v_post.gone then 'gone' else 'failing' end, 'message',
          case when v_post.gone then 'The other side answered 410: nobody is there any more.'
               else format('Nothing was delivered for 5 days. The last reason: %s', left(v_post.reason, 500)) end);
      end if;
    end loop;
    update millrace.webhooks w
    set failures = v_hook.failures, failing_since = v_hook.failing_since, active = v_hook.active, problem = v_hook.problem,
        due_at = least(w.due_at, (select d.next_at from millrace.webhook_deliveries d
                                  where d.webhook_id = v_hook.id and d.next_at is not null order by d.webhook_id, d.next_at limit 1))
    where w.id = v_hook.id;
  end loop;
end $$;

comment on function millrace.report_posts(jsonb) is 'What became of attempts to send deliveries.';
revoke execute on function millrace.report_posts(jsonb) from public;
