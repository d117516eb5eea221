-- start_entity_of_row: a trigger function for tables of users: what is inserted is started in a machine, in the same transaction, by
-- whoever inserts, who needs no right on anything of the engine. A live instance that is there already stays the one.
--   arguments  as row_place takes them: machine, column of the id, tenant, table
-- For each row, or for each statement with "referencing new table as new_rows": then those of a large insert are started together.
-- Raises: MR001 for a column that is not there or a row without an id, MR016, MR040, MR042. Locks: as start_entities.
-- Example: create trigger millrace_start after insert on orders for each row
--   execute function millrace.start_entity_of_row('order', 'id');
create or replace function millrace.start_entity_of_row() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_place record;
  v_rows  text[];
  v_ids   text[];
  v_bad   json;
begin
  select * into v_place from millrace.row_place(tg_argv) p;
  if tg_op <> 'INSERT' or tg_when <> 'AFTER' then
    perform millrace.fail('MR001', 'start_entity_of_row is for triggers after insert.', 'Create the trigger with "after insert".');
  end if;
  if tg_level = 'ROW' then
    v_rows := array[format('%s', new)];
  else
    v_rows := array(select format('%s', r) from new_rows r);
  end if;
  v_ids := array(select millrace.row_field(r, tg_relid, v_place.field) from unnest(v_rows) r);
  if array_position(v_ids, null) > 0 then
    perform millrace.fail('MR001', format('A row of %s has no "%s".', tg_relid::regclass, v_place.field),
      'What is in a machine needs an id.', json_build_object('column', v_place.field));
  end if;
  for v_from in 1 .. cardinality(v_ids) by 1000 loop
    select s.problem into v_bad
    from (select array_agg(u.id) as ids, array_agg(v_place.machine) as machines, array_agg(null::text) as nothing,
            array_agg(v_place.tab) as tables, array_agg(v_place.actor) as actors, array_agg('{"if_exists": "return"}'::text) as extras
          from unnest(v_ids[v_from : v_from + 999]) u (id)) x,
    lateral millrace.start_entities(v_place.tenant, x.machines, x.nothing, x.tables, x.ids, x.actors, x.extras) s
    where s.problem is not null order by s.ordinal limit 1;
    if v_bad is not null then
      perform millrace.fail(v_bad ->> 'code', v_bad ->> 'message', v_bad ->> 'hint', v_bad -> 'details');
    end if;
  end loop;
  return null;
end $$;

comment on function millrace.start_entity_of_row() is 'A trigger function: what is inserted is started in a machine.';
revoke execute on function millrace.start_entity_of_row() from public;
