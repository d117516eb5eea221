-- begin_delays: how many milliseconds each start is held back: as it says itself, or by the quiet period of its debounce or the time-out
-- of its batch if that is longer.
create or replace function millrace.begin_delays(p_delays bigint[], p_metas text[]) returns bigint[]
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select array_agg(greatest(u.delay, (u.meta::jsonb #>> '{rules,debounce,period_ms}')::bigint,
                            (u.meta::jsonb #>> '{rules,batch,timeout_ms}')::bigint) order by u.i)
  from unnest(p_delays, p_metas) with ordinality u (delay, meta, i)
$$;

comment on function millrace.begin_delays(bigint[], text[]) is 'How long each start is held back, its debounce or batch included.';
revoke execute on function millrace.begin_delays(bigint[], text[]) from public;
