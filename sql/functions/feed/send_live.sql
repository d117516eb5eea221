-- send_live: what happens in a worker and is not recorded (steps that begin, chunks), to those who follow these runs. What is too large
-- for a notification they fetch (get_chunk).   p_bodies  JSON, one for each run; a run may stand here several times
create or replace function millrace.send_live(p_tenant int, p_runs bigint[], p_bodies text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := clock_timestamp();
  v_one  record;
  v_id   bigint;
begin
  for v_one in
    select u.id, u.body, array_agg(f.follower) as followers
    from unnest(p_runs, p_bodies) with ordinality u (id, body, i)
    join millrace.follows f on f.run_id = u.id and f.tenant_id = p_tenant and f.follower <> ''
    group by u.i, u.id, u.body order by u.i
  loop
    v_id := null;
    if octet_length(v_one.body) > 7900 then
      v_id := nextval('millrace.chunk_numbers');
      insert into millrace.chunks (id, tenant_id, at, body) values (v_id, p_tenant, v_now, v_one.body);
    end if;
    perform pg_notify('millrace:' || f, case when v_id is null then 'live ' || v_one.body else format('big %s %s', v_one.id, v_id) end)
    from unnest(v_one.followers) f;
  end loop;
end $$;

comment on function millrace.send_live(int, bigint[], text[]) is 'What happens in a worker and is not recorded, to those who follow.';
revoke execute on function millrace.send_live(int, bigint[], text[]) from public;
