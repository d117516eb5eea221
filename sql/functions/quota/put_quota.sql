-- put_quota: how much of a kind a tenant may have, from now on; what it has already stays.
--   kind     of default_quotas   most  null: no limit
--   options  tenant, or installation: true (for all that have none of their own); default: true: none of its own any more; by
-- Raises: MR001. Locks: the quota's row.
-- Example: select millrace.put_quota('start_per_minute', 600, '{"tenant": "acme"}');
create or replace function millrace.put_quota(kind text, most bigint, options jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('put_quota', options, '{"installation": "any", "default": "any", "by": "text"}');
  v_all    boolean := coalesce(options -> 'installation' = 'true', false);
begin
  if not exists (select from millrace.default_quotas() d where d.kind = put_quota.kind) or most < 0 then
    perform millrace.fail('MR001', format('There is no quota "%s" of %s.', left(put_quota.kind, 140), most),
      format('Give a number from 0, or null for no limit, to one of: %s.',
        (select string_agg(d.kind, ', ') from millrace.default_quotas() d)), json_build_object('kind', left(put_quota.kind, 140)));
  end if;
  v_tenant := case when v_all then 0 else v_tenant end;
  if options -> 'default' = 'true' then
    delete from millrace.quotas q where q.tenant_id = v_tenant and q.kind = put_quota.kind;
  else
    insert into millrace.quotas (tenant_id, kind, most) values (v_tenant, put_quota.kind, put_quota.most)
    on conflict on constraint quotas_pkey do update set most = excluded.most;
    perform millrace.count_live(v_tenant, true) where put_quota.kind = 'live_runs' and v_tenant <> 0;
  end if;
  perform millrace.append_audit(v_tenant, options ->> 'by', 'quota.put', put_quota.kind,
    case when options -> 'default' = 'true' then '{"default": true}' else jsonb_build_object('most', most) end);
end $$;

comment on function millrace.put_quota(text, bigint, jsonb) is 'How much of a kind a tenant may have.';
revoke execute on function millrace.put_quota(text, bigint, jsonb) from public;
