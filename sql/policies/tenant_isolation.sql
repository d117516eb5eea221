-- Row-level security on every table, forced, so that it holds for the owner too. Two policies on each: the owner, as whom
-- the kernel's functions run, sees all (they take the tenant as a parameter and check it); anybody else sees the rows of
-- the tenant that the transaction was given, and without one no row. What is migrated is no tenant's: whoever was granted
-- those two tables sees them. What was done is never changed: a third policy refuses that to the owner as well.
-- Tables are taken from the catalogue, so that none can be forgotten: one without tenant_id fails here, unless it is named.
do $$
declare
  v_table text;
  v_of    text;
begin
  for v_table in
    select c.relname from pg_class c
    where c.relnamespace = 'millrace'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'test_clock' order by c.relname
  loop
    v_of := case when v_table in ('migrations', 'repeatables') then 'true'
                 when v_table = 'tenants' then 'id = (select millrace.current_tenant())'
                 else 'tenant_id = (select millrace.current_tenant())' end;
    execute format('alter table millrace.%I enable row level security', v_table);
    execute format('alter table millrace.%I force row level security', v_table);
    execute format('drop policy if exists kernel on millrace.%I', v_table);
    execute format('create policy kernel on millrace.%I to current_user using (true) with check (true)', v_table);
    execute format('drop policy if exists tenant on millrace.%I', v_table);
    execute format('create policy tenant on millrace.%I for select to public using (%s)', v_table, v_of);
  end loop;
  foreach v_table in array array['audit', 'entity_history'] loop
    execute format('drop policy if exists append_only on millrace.%I', v_table);
    execute format('create policy append_only on millrace.%I as restrictive for update using (false)', v_table);
  end loop;
end $$;
