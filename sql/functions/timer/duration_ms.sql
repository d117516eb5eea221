-- duration_ms: a duration given in options: a number of milliseconds, or an interval as text ('3 days'). Null stays null.
-- Raises: MR001 for one that is not above zero and at most 100 years.
create or replace function millrace.duration_ms(p_duration jsonb) returns bigint
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_ms numeric;
begin
  v_ms := case jsonb_typeof(p_duration)
            when 'number' then p_duration::numeric
            when 'string' then extract(epoch from (p_duration #>> '{}')::interval) * 1000 end;
  if jsonb_typeof(p_duration) <> 'null' and (v_ms is null or v_ms <= 0 or v_ms > 3155760000000) then
    perform millrace.fail('MR001', format('%s is not a duration.', p_duration),
      'Give milliseconds, or an interval like "3 days", above zero and at most 100 years.', json_build_object('duration', p_duration));
  end if;
  return v_ms::bigint;
exception when invalid_datetime_format or interval_field_overflow then
  perform millrace.fail('MR001', format('%s is not a duration.', p_duration),
    'Give milliseconds, or an interval like "3 days", above zero and at most 100 years.', json_build_object('duration', p_duration));
end $$;

comment on function millrace.duration_ms(jsonb) is 'A duration in milliseconds, from a number or an interval as text.';
revoke execute on function millrace.duration_ms(jsonb) from public;
