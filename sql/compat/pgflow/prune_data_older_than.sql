-- prune_data_older_than: takes the runs of flows that ended so long ago out of the history; workers do it, when they have time.
-- Raises: MR001 for an interval that is not above zero, MR004 for more than 100,000 runs of a flow: then begin with a longer one.
create or replace function pgflow.prune_data_older_than(retention_interval interval) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_slug text;
begin
  for v_slug in
    select distinct w.name from millrace.workflows w
    where w.tenant_id = millrace.tenant_id('default') and w.definition ->> 'kind' = 'flow' order by 1
  loop
    begin
      perform millrace.prune(jsonb_build_object('workflow_id', v_slug),
        jsonb_build_object('older_than', extract(epoch from retention_interval) * 1000));
    exception when sqlstate 'MR004' then
      if sqlerrm not like '%matches no run%' then
        raise;
      end if;
    end;
  end loop;
end $$;

comment on function pgflow.prune_data_older_than(interval) is 'Takes old runs of flows out of the history.';
revoke execute on function pgflow.prune_data_older_than(interval) from public;
