-- take_along: the part of advance_tasks for what few writes bring along, each as JSON or null: attributes that were set, questions to
-- people, events emitted and waited for. The caller holds the live rows.
--   p_only  the runs whose fence holds; null: all
create or replace function millrace.take_along(
  p_tenant int, p_only bigint[], p_values json, p_asks json, p_events json, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_values is not null then
    perform millrace.index_values(p_tenant, p_only, p_values);
  end if;
  if p_asks is not null then
    perform millrace.ask_people(p_tenant, p_only, p_asks, p_now);
  end if;
  if p_events is not null then
    perform millrace.advance_events(p_tenant, p_only, p_events, p_now);
  end if;
end $$;

comment on function millrace.take_along(int, bigint[], json, json, json, timestamptz) is 'The part of advance_tasks for what few writes bring along.';
revoke execute on function millrace.take_along(int, bigint[], json, json, json, timestamptz) from public;
