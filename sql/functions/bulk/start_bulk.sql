-- start_bulk: begins to do something to all runs that a filter matches, from the oldest to the newest. Workers carry it out, batch by
-- batch (work_bulk), so it goes on when one of them dies, and no faster than is asked for. Runs that are started later are none of its.
--   p_kinds  the options of the verb, as check_options takes them, beside tenant, by, dry_run (counts, and changes nothing), per_second
--            (runs at most; default: as fast as it goes) and operation_id (a number drawn by take_ids: the same again is the same
--            operation)
-- Returns: the operation as get_bulk_operation does; of a dry run one without an id.
-- Raises: MR001 for an option it does not know or that is missing, MR010 for an operation_id that is another operation's, MR040 for a
-- version that there is not, MR004 for a filter that is empty, matches none or more than 100,000
-- runs, or for which three million would have to be looked at.
create or replace function millrace.start_bulk(p_verb text, p_filter jsonb, p_options jsonb, p_kinds jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_tenant  int := millrace.check_options('bulk_' || p_verb, coalesce(p_options, '{}'),
    '{"by": "text", "dry_run": "any", "per_second": "whole", "operation_id": "text"}' || p_kinds);
  v_dry     boolean := coalesce(p_options -> 'dry_run' = 'true', false);
  v_rate    int := (p_options ->> 'per_second')::int;
  v_id      bigint := millrace.drawn_id('operation_id', p_options ->> 'operation_id');
  v_own     jsonb := coalesce(p_options, '{}') - '{tenant,by,dry_run,per_second,operation_id}'::text[];  -- of the verb
  v_now     timestamptz := millrace.clock();
  v_filter  jsonb := jsonb_strip_nulls(coalesce(p_filter, '{}')) - case when p_filter -> 'tags' = '[]' then 'tags' else '' end
                     - case when p_filter -> 'attributes' = '{}' then 'attributes' else '' end;
  v_part    bigint[];
  v_bound   bigint := 0;
  v_looks   int := 0;
  v_matched int := 0;
  v_sample  bigint[] := '{}';
  v_batch   int;
begin
  if p_filter ? 'tenant' then
    perform millrace.fail('MR001', 'A tenant is no part of a filter.', 'Give it among the options.');
  end if;
  perform millrace.check_filter('bulk_' || p_verb, p_filter);
  perform millrace.check_verb(v_tenant, p_verb, p_filter, p_options, v_rate);
  if v_filter = '{}' then
    perform millrace.fail('MR004', 'The filter is empty: it would match every run.',
      'Say which runs are meant, by workflow_id or created_after, for example.');
  end if;
  v_filter := case when p_verb = 'retry' then '{"statuses": ["failed"]}' else '{}' end::jsonb || v_filter;
  if exists (select from millrace.bulk_operations b where b.id = v_id) then
    return millrace.same_bulk(v_tenant, v_id, p_verb, v_filter, v_own);  -- the reply was lost
  end if;
  v_filter := v_filter || jsonb_build_object('until', v_now);
  loop
    select f.runs, f.bound into v_part, v_bound from millrace.find_runs(v_tenant, v_filter, v_bound, true, 10000) f;
    v_matched := v_matched + cardinality(v_part);
    v_sample := case when cardinality(v_sample) < 10 then (v_sample || v_part)[1:10] else v_sample end;
    v_looks := v_looks + 1;
    if v_matched > 100000 or v_looks > 30 then
      perform millrace.fail('MR004', case when v_matched > 100000 then 'The filter matches more than 100,000 runs.'
                                     else 'The filter is too wide: millions of runs would have to be looked at.' end,
        'Narrow it, by created_after and created_before, for example, and do it in parts.', json_build_object('filter', p_filter));
    end if;
    exit when v_bound is null;
  end loop;
  if v_dry then
    return json_build_object('id', null, 'verb', p_verb, 'status', 'completed', 'matched', v_matched,
      'sample', array(select millrace.run_uuid(x) from unnest(v_sample) x), 'done', 0, 'failed', 0, 'failures', '[]'::json,
      'by', p_options ->> 'by', 'created_at', v_now, 'ended_at', v_now);
  elsif v_matched = 0 then
    perform millrace.fail('MR004', 'The filter matches no run.', 'Look at its parts one by one; dry_run tells how many runs it matches.',
      json_build_object('filter', p_filter));
  end if;
  v_id := coalesce(v_id, millrace.take_ids());
  v_batch := least(greatest(coalesce(v_rate, 500) / 5, 1), 100);  -- five batches a second, or more seldom for a low rate
  insert into millrace.bulk_operations (id, tenant_id, verb, filter, options, actor, created_at, next_at, gap_ms, batch, matched, sample)
  values (v_id, v_tenant, p_verb, v_filter, v_own, p_options ->> 'by', v_now, v_now,
          coalesce(ceil(1000.0 * v_batch / v_rate), 0), v_batch, v_matched, v_sample)
  on conflict on constraint bulk_operations_pkey do nothing;
  perform millrace.hint();
  return millrace.same_bulk(v_tenant, v_id, p_verb, v_filter, v_own);
end $$;

comment on function millrace.start_bulk(text, jsonb, jsonb, jsonb) is 'Begins to do something to all runs that a filter matches.';
revoke execute on function millrace.start_bulk(text, jsonb, jsonb, jsonb) from public;
