-- read_pypgflow: a list of pypgflow, as PostgREST gives it over the schema api: with conditions, ordered, a part of it.
--   relation  workflows, workflow_states, workflow_transitions, entity_workflows, workflow_history
--   options   tenant, filters (of passing_rows), order (of ordered_rows; three at most),
--             limit (1,000 at most and by default), offset (100,000 at most)
-- Returns: each row as an object, with all columns. What no index finds is looked for among 20,000 rows at most: of history the newest,
-- of instances those that began or, ordered by updated_at.desc, were moved last. What is ordered otherwise must not have more.
-- Raises: MR001; MR020 if there are more.
create or replace function millrace.read_pypgflow(relation text, options jsonb default '{}') returns setof jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off set timezone = 'UTC' as $$
declare
  v_tenant  int := millrace.check_options('read_pypgflow', options,
    '{"filters": "any", "order": "any", "limit": "whole", "offset": "whole"}');
  v_filters jsonb := coalesce(nullif(options -> 'filters', 'null'), '[]');
  v_order   jsonb := coalesce(nullif(options -> 'order', 'null'), '[]');
  v_limit   int := least(greatest(coalesce((options ->> 'limit')::int, 1000), 0), 1000);
  v_offset  int := least(greatest(coalesce((options ->> 'offset')::int, 0), 0), 100000);
  v_equal   jsonb;
  v_rest    jsonb;    -- conditions that the rows as they come do not fulfil by themselves
  v_time    text := case relation when 'workflow_history' then 'executed_at' when 'entity_workflows' then 'updated_at' end;
  v_newest  boolean;  -- ordered as such rows come
  v_moved   boolean;
  v_from    timestamptz;
  v_to      timestamptz;
  v_look    int;      -- rows to look at
  v_rows    jsonb[];
  v_found   jsonb[];
begin
  if relation is null or relation <> all ('{workflows,workflow_states,workflow_transitions,entity_workflows,workflow_history}')
    or jsonb_typeof(v_filters) <> 'array' or jsonb_typeof(v_order) <> 'array' or jsonb_array_length(v_order) > 3 then
    perform millrace.fail('MR001', 'There is no such list, or what is asked of it cannot be read.', 'Correct it.',
      json_build_object('relation', left(relation, 100)));
  end if;
  v_equal := (select coalesce(jsonb_object_agg(f.one #>> '{path,0}', f.one ->> 'value'), '{}') from jsonb_array_elements(v_filters) f (one)
              where f.one ->> 'op' = 'eq' and f.one -> 'not' is distinct from 'true' and jsonb_array_length(f.one -> 'path') = 1);
  v_rest := (select coalesce(jsonb_agg(f.one), '[]') from jsonb_array_elements(v_filters) f (one)
    where f.one ->> 'op' <> 'eq' or f.one -> 'not' = 'true' or jsonb_array_length(f.one -> 'path') <> 1
      or f.one ->> 'value' is distinct from v_equal ->> (f.one #>> '{path,0}')
      or f.one #>> '{path,0}' <> all (case relation when 'workflows' then array['name']
           when 'entity_workflows' then array['id', 'workflow_name', 'entity_table', 'entity_id', 'current_state']
           when 'workflow_history' then array['entity_workflow_instance_id', 'instance_id', 'workflow_name', 'entity_table', 'entity_id']
           else array['workflow_name'] end));
  v_newest := coalesce(v_order -> 0 -> 'path' = jsonb_build_array(v_time) and v_order -> 0 -> 'desc' = 'true', false)
    and jsonb_array_length(v_order) = 1;
  v_moved := relation = 'entity_workflows' and v_newest;
  if v_newest or relation = 'workflow_history' then
    select max((f.one ->> 'value')::timestamptz) filter (where f.one ->> 'op' in ('gt', 'gte')),
           min((f.one ->> 'value')::timestamptz) filter (where f.one ->> 'op' in ('lt', 'lte')) into v_from, v_to
    from jsonb_array_elements(v_rest) f (one)
    where f.one -> 'path' = jsonb_build_array(v_time) and f.one -> 'not' is distinct from 'true'
      and f.one ->> 'op' in ('gt', 'gte', 'lt', 'lte');
  end if;
  if v_order = '[]' or v_newest then  -- as they come: mostly the first of them are enough
    v_look := v_offset + v_limit + case v_rest when '[]' then 0 else 1000 end;
    loop
      v_rows := array(select r from millrace.pypgflow_rows(v_tenant, relation, v_equal, v_moved, v_from, v_to, v_look) r);
      v_found := case v_rest when '[]' then v_rows else millrace.passing_rows(v_rows, v_rest) end;
      exit when cardinality(v_found) >= v_offset + v_limit or cardinality(v_rows) < v_look or v_look > 20000;
      v_look := 20001;
    end loop;
  else
    v_look := 20001;
    v_rows := array(select r from millrace.pypgflow_rows(v_tenant, relation, v_equal, false, v_from, v_to, v_look) r);
    v_found := case v_rest when '[]' then v_rows else millrace.passing_rows(v_rows, v_rest) end;
  end if;
  if cardinality(v_rows) = v_look and v_look > 20000
    and (cardinality(v_found) < v_offset + v_limit or v_order <> '[]' and not v_newest) then
    perform millrace.fail('MR020', format('More than 20,000 rows of %s would have to be looked at.', relation), case relation
      when 'workflow_history' then 'Narrow it: by the instance, by entity_table and entity_id, by workflow_name, or by executed_at; '
        'only the order executed_at.desc needs no other look.'
      else 'Narrow it: by workflow_name and current_state, or by entity_table and entity_id; only the order updated_at.desc needs no '
        'other look.' end);
  end if;
  if v_order <> '[]' and not v_newest then
    v_found := millrace.ordered_rows(v_found, v_order);
  end if;
  return query select x.r from unnest(v_found[v_offset + 1 : v_offset + v_limit]) with ordinality x (r, i) order by x.i;
exception when data_exception then  -- what is asked for has the form of a time, of JSON or of a pattern, and is none
  perform millrace.fail('MR001', format('What is asked of %s cannot be compared: %s.', relation, sqlerrm), 'Correct the condition.',
    json_build_object('relation', relation));
end $$;

comment on function millrace.read_pypgflow(text, jsonb) is 'A list of pypgflow, as PostgREST gives it over the schema api.';
revoke execute on function millrace.read_pypgflow(text, jsonb) from public;
