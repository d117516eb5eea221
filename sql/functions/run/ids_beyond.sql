-- ids_beyond: of some runs those on one side of a bound, in the order of a list: upwards, or downwards. Null stays null.
create or replace function millrace.ids_beyond(p_ids bigint[], p_bound bigint, p_newer boolean) returns bigint[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when p_ids is not null
         then array(select x from unnest(p_ids) x where case when p_newer then x > p_bound else x < p_bound end
                    group by x order by case when p_newer then x else -x end) end
$$;

comment on function millrace.ids_beyond(bigint[], bigint, boolean) is 'Of some runs those on one side of a bound, in the order of a list.';
revoke execute on function millrace.ids_beyond(bigint[], bigint, boolean) from public;
