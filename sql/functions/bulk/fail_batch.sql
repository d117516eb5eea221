-- fail_batch: what becomes of a bulk operation whose batch failed as a whole, for a reason that is not the verb's. See work_bulk.
--   p_run  at which run; null: while the filter was looked at
-- Returns: the operation as it shall be. Nothing is written.
create or replace function millrace.fail_batch(
  p_op millrace.bulk_operations, p_run bigint, p_code text, p_text text, p_now timestamptz) returns millrace.bulk_operations
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  p_op.next_at := p_now + interval '10 s';
  if p_run is null and p_code like 'MR%' then  -- the filter, whoever looks at it and whenever
    p_op.failures := p_op.failures || jsonb_build_object('run_id', null, 'code', p_code, 'message', p_text);
    p_op.stopped := true;
    p_op.next_at := null;
    p_op.ended_at := p_now;
  elsif p_op.batch > 1 then
    p_op.gap_ms := p_op.gap_ms * (p_op.batch / 2) / p_op.batch;
    p_op.batch := p_op.batch / 2;
    p_op.next_at := p_now + interval '1 s';
  elsif p_run is not null and p_code !~ '^(40|53|55|57P|58|08|XX)' then  -- those may be gone the next time
    p_op.after_run := p_run;
    p_op.failed := p_op.failed + 1;
    if jsonb_array_length(p_op.failures) < 20 then
      p_op.failures := p_op.failures || jsonb_build_object('run_id', millrace.run_uuid(p_run), 'code', 'MR099', 'message', p_text);
    end if;
    p_op.next_at := p_now;
  end if;
  return p_op;
end $$;

comment on function millrace.fail_batch(millrace.bulk_operations, bigint, text, text, timestamptz) is
  'What becomes of a bulk operation whose batch failed as a whole.';
revoke execute on function millrace.fail_batch(millrace.bulk_operations, bigint, text, text, timestamptz) from public;
