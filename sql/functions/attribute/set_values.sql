-- set_values: what a run set by step.setAttributes: the last value of each name, null for one that it took away.
create or replace function millrace.set_values(p_run bigint) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select coalesce(jsonb_object_agg(x.name, x.value), '{}')
  from (select distinct on (d.name) d.name, d.value
        from (select c.seq, c.data from millrace.checkpoints c where c.run_id = p_run and c.kind = 'l'
              union all
              select j.seq, j.data from millrace.outcomes o, millrace.get_journal(p_run) j
              where o.run_id = p_run and o.tail like '%["l%' and j.kind = 'l') v,
        lateral jsonb_each(v.data::jsonb) d (name, value)
        order by d.name, v.seq desc) x
$$;

comment on function millrace.set_values(bigint) is 'What a run set as attributes: the last value of each name.';
revoke execute on function millrace.set_values(bigint) from public;
