-- drain_workers: tells workers to take no new run, to finish the steps that run, to hand the rest back, and to end. They hear of it at
-- once, or at their next heartbeat; told already, they go on ending. New workers are not meant.
--   options  tenant, and worker_ids (as of get_workers) or all: true; all_tenants: true, of the workers that serve all tenants, which
--            no tenant may be let say: its own are meant without it
-- Returns: the ids of the workers that are told. Raises: MR001, MR041 for a worker that is not there; then none is told.
-- Locks: the workers' rows, ascending.
-- Example: select millrace.drain_workers('{"all": true}');
create or replace function millrace.drain_workers(options jsonb) returns text[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('drain_workers', options, '{"worker_ids": "texts", "all": "any", "all_tenants": "any"}');
  v_ids    text[] := case when jsonb_typeof(options -> 'worker_ids') = 'array'
                          then array(select jsonb_array_elements_text(options -> 'worker_ids')) end;
  v_now    timestamptz := clock_timestamp();
  v_mine   bigint[];
  v_absent text;
begin
  if (v_ids is null) <> coalesce(options -> 'all' = 'true', false) then
    perform millrace.fail('MR001', 'One of worker_ids and all must be given.', 'Name the workers, or say "all": true.', options::json);
  end if;
  v_mine := array(select w.id from millrace.workers w
                  where w.tenant_id = case when options -> 'all_tenants' = 'true' then 0 else v_tenant end
                    and (v_ids is null or w.id::text = any (v_ids)) order by w.id for update);
  select i into v_absent from unnest(v_ids) i where i <> all (v_mine::text[]) order by 1 limit 1;
  if v_absent is not null then
    perform millrace.fail('MR041', format('There is no worker %s.', left(v_absent, 100)),
      'Look at the list of workers: one that has ended is not there any more.', json_build_object('worker_id', left(v_absent, 100)));
  end if;
  update millrace.workers w set drain_at = v_now where w.id = any (v_mine) and w.drain_at is null;
  if v_mine <> '{}' then
    perform pg_notify('millrace', 'drain');
  end if;
  return v_mine::text[];
end $$;

comment on function millrace.drain_workers(jsonb) is 'Tells workers to finish what they have, and to end.';
revoke execute on function millrace.drain_workers(jsonb) from public;
