-- The casts by which PostgREST reads and shows ids and statuses of runs.
do $$
begin
  if not exists (select from pg_cast c where c.castsource = 'text'::regtype and c.casttarget = 'millrace.run_ref'::regtype) then
    create cast (text as millrace.run_ref) with function millrace.read_run_ref(text) as implicit;
    create cast (millrace.run_ref as json) with function millrace.show_run_ref(millrace.run_ref) as implicit;
    create cast (text as millrace.run_status) with function millrace.read_run_status(text) as implicit;
    create cast (millrace.run_status as json) with function millrace.show_run_status(millrace.run_status) as implicit;
  end if;
end $$;
