-- check_progress: how far a run is. Its total is the steps it has done or skipped, plus those that the last completed run of the same
-- workflow version did and it has not: 100 only when it is completed.   options  tenant, resource_id
-- Raises: MR041 if there is no such run.
create or replace function millrace.check_progress(run_id uuid, options jsonb default '{}')
returns table (completed_steps int, total_steps int, completion_percentage numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('check_progress', options, '{"resource_id": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, check_progress.run_id, options ->> 'resource_id');
  v_last   bigint;
  v_ended  boolean := exists (select from millrace.outcomes o where o.run_id = v_run and o.status = 'c');
  v_aside  constant text := '~(delay|timeout|off)(\[|$)';  -- beside a step of a flow or graph
  v_done   text[] := array(select distinct j.name from millrace.get_journal(v_run) j
                           where j.kind in ('r', 'g', 't', 'o', 'k') and not (j.kind in ('r', 't') and j.name ~ v_aside));
  v_rest   int := 0;
begin
  if not v_ended then
    select x.id into v_last
    from millrace.runs r, lateral (
      select p.id from millrace.runs p join millrace.outcomes o on o.run_id = p.id and o.status = 'c'
      where p.route_id = r.route_id order by p.id desc limit 1) x
    where r.id = v_run;
    v_rest := greatest((select count(distinct j.name) from millrace.get_journal(v_last) j
                        where j.kind in ('r', 'g', 't', 'o', 'k') and not (j.kind in ('r', 't') and j.name ~ v_aside)
                          and j.name <> all (v_done)), case when v_last is null then 1 else 0 end);
  end if;
  return query select cardinality(v_done), cardinality(v_done) + v_rest,
    case when v_ended then 100.0 else least(99.99, round(100.0 * cardinality(v_done) / greatest(cardinality(v_done) + v_rest, 1), 2)) end;
end $$;

comment on function millrace.check_progress(uuid, jsonb) is 'How far a run is: steps done, steps in all, per cent.';
revoke execute on function millrace.check_progress(uuid, jsonb) from public;
