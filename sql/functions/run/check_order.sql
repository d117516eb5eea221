-- check_order: refuses what is no order of get_runs: {attribute, direction}; direction asc (the default) or desc. Null stays null.
-- Raises: MR001.
create or replace function millrace.check_order(p_order jsonb) returns void
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(p_order) = 'object' and jsonb_typeof(p_order -> 'attribute') = 'string'
     and p_order - '{attribute,direction}'::text[] = '{}' and coalesce(p_order ->> 'direction', 'asc') in ('asc', 'desc')
     or jsonb_typeof(p_order) = 'null' or p_order is null then
    return;
  end if;
  perform millrace.fail('MR001', format('order_by was refused: %s is no order.', left(p_order::text, 300)),
    'Like {"attribute": "amount", "direction": "desc"}; direction is asc or desc.', json_build_object('order_by', p_order));
end $$;

comment on function millrace.check_order(jsonb) is 'Refuses what is no order of get_runs.';
revoke execute on function millrace.check_order(jsonb) from public;
