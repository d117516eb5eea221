-- run_state: what a run published by step.set: the last value of each name.
create or replace function millrace.run_state(p_run bigint) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select coalesce(json_object_agg(x.name, coalesce(x.data, 'null')::json), '{}')
  from (select distinct on (n.name) n.name, v.data
        from (select c.seq, c.name, c.data from millrace.checkpoints c where c.run_id = p_run and c.kind = 's'
              union all
              select j.seq, j.name, j.data from millrace.outcomes o, millrace.get_journal(p_run) j
              where o.run_id = p_run and o.tail like '%["s%' and j.kind = 's') v,
        lateral (select regexp_replace(substr(v.name, length('$set:') + 1), '#[0-9]+$', '') as name) n
        order by n.name, v.seq desc) x
$$;

comment on function millrace.run_state(bigint) is 'What a run published by step.set: the last value of each name.';
revoke execute on function millrace.run_state(bigint) from public;
