-- keep_entity_row: a trigger function for tables of users: a row with a live instance is not deleted, nor does it get another id, and a
-- table with such rows is not truncated.
--   arguments  as row_place takes them: machine, column of the id, tenant, table
-- Raises: MR001 for a column that is not there, MR018 for a row with a live instance, MR042. Locks: the instances of the row, for share.
-- Example: create trigger millrace_keep before delete or update of id on orders for each row
--   execute function millrace.keep_entity_row('order', 'id');
create or replace function millrace.keep_entity_row() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_place  record;
  v_tables text[];
  v_id     text;
  v_live   millrace.entities;
begin
  select * into v_place from millrace.row_place(tg_argv) p;
  if tg_op = 'INSERT' or tg_when <> 'BEFORE' or (tg_level = 'ROW') = (tg_op = 'TRUNCATE') then
    perform millrace.fail('MR001', 'keep_entity_row is for triggers before delete or update, for each row, or before truncate.',
      'Create the trigger with "before delete or update of id … for each row".');
  end if;
  v_tables := case when v_place.tab is not null then array[v_place.tab] else array(
    select distinct coalesce(w.definition ->> 'table', w.name) from millrace.workflows w
    where w.tenant_id = v_place.tenant and w.name = v_place.machine and w.definition ->> 'kind' = 'machine') end;
  if tg_op = 'TRUNCATE' then
    select e.* into v_live from unnest(v_tables) t (name) cross join lateral (
      select x.* from millrace.entities x where x.tenant_id = v_place.tenant and x.machine = v_place.machine
        and x.entity_table = t.name and x.completed_at is null order by x.entity_id limit 1) e;
  else
    v_id := millrace.row_field(format('%s', old), tg_relid, v_place.field);
    if tg_op = 'UPDATE' and v_id is not distinct from millrace.row_field(format('%s', new), tg_relid, v_place.field) then
      return new;
    end if;
    -- who is about to move it is waited for
    for v_live in
      select e.* from millrace.entities e
      where e.tenant_id = v_place.tenant and e.entity_table = any (v_tables) and e.entity_id = v_id and e.machine = v_place.machine
      order by e.id for share
    loop
      exit when v_live.completed_at is null;
      v_live := null;
    end loop;
  end if;
  if v_live.id is not null then
    perform millrace.fail('MR018', format('"%s" of %s is in the machine "%s", in the state "%s".', v_live.entity_id, tg_relid::regclass,
        v_place.machine, v_live.state), 'Bring it to a final state first.',
      json_build_object('instance_id', v_live.id, 'state', v_live.state));
  end if;
  return case tg_op when 'UPDATE' then new else old end;
end $$;

comment on function millrace.keep_entity_row() is 'A trigger function: a row with a live instance is not deleted.';
revoke execute on function millrace.keep_entity_row() from public;
