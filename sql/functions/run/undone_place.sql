-- undone_place: from where on the history of a run is not true any more, because its steps were undone: the first row of the first of
-- them, and its name. Null if none was. A new run that is given this history goes on before it: what came later was built on that step.
create or replace function millrace.undone_place(p_run bigint, out first_seq int, out step text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select j.seq, j.name from millrace.get_journal(p_run) j
  where j.kind in ('r', 'e') and j.name in (select n.name from millrace.get_journal(p_run) n where n.kind = 'n')
  order by j.seq limit 1
$$;

comment on function millrace.undone_place(bigint) is 'From where on the history of a run is not true any more, because its steps were undone.';
revoke execute on function millrace.undone_place(bigint) from public;
