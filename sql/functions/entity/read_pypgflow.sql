-- read_pypgflow: a list of pypgflow, as PostgREST gives it over the schema api: with conditions, ordered, a part of it.
--   relation  workflows, workflow_states, workflow_transitions, entity_workflows, workflow_history
--   options   tenant, filters (of row_passes), order ([{path, kind, desc, first}]: first says where null comes; three at most),
--             limit (1,000 at most and by default), offset (100,000 at most)
-- Returns: each row as an object, with all columns. What no index finds is looked for among 100,000 rows at most.
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
  v_rest    jsonb;   -- conditions that the rows as they come do not fulfil by themselves
  v_plain   boolean; -- nothing is asked that the rows as they come do not answer
  v_rows    jsonb[];
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
           when 'workflow_history' then array['entity_workflow_instance_id', 'instance_id'] else array['workflow_name'] end));
  v_plain := v_order = '[]' and v_rest = '[]';
  v_rows := array(select r from millrace.pypgflow_rows(v_tenant, relation, v_equal,
    case when v_plain then v_offset + v_limit else 100001 end) r);
  if cardinality(v_rows) > 100000 and not v_plain then
    perform millrace.fail('MR020', format('More than 100,000 rows of %s would have to be looked at.', relation),
      'Narrow it: by workflow_name and current_state, by entity_table and entity_id, or by the instance.');
  end if;
  if v_order = '[]' then
    return query select x.r from unnest(v_rows) with ordinality x (r, i)
      where v_rest = '[]' or millrace.row_passes(x.r, v_rest) order by x.i limit v_limit offset v_offset;
    return;
  end if;
  return query
  select x.r from unnest(v_rows) with ordinality x (r, i)
  where v_rest = '[]' or millrace.row_passes(x.r, v_rest)
  order by millrace.null_place(x.r, v_order -> 0), millrace.sort_key(x.r, v_order -> 0, false),
    millrace.sort_key(x.r, v_order -> 0, true) desc,
    case when v_order -> 1 is not null then millrace.null_place(x.r, v_order -> 1) end,
    case when v_order -> 1 is not null then millrace.sort_key(x.r, v_order -> 1, false) end,
    case when v_order -> 1 is not null then millrace.sort_key(x.r, v_order -> 1, true) end desc,
    case when v_order -> 2 is not null then millrace.null_place(x.r, v_order -> 2) end,
    case when v_order -> 2 is not null then millrace.sort_key(x.r, v_order -> 2, false) end,
    case when v_order -> 2 is not null then millrace.sort_key(x.r, v_order -> 2, true) end desc, x.i
  limit v_limit offset v_offset;
exception when data_exception then  -- what is asked for has the form of a time, of JSON or of a pattern, and is none
  perform millrace.fail('MR001', format('What is asked of %s cannot be compared: %s.', relation, sqlerrm), 'Correct the condition.',
    json_build_object('relation', relation));
end $$;

comment on function millrace.read_pypgflow(text, jsonb) is 'A list of pypgflow, as PostgREST gives it over the schema api.';
revoke execute on function millrace.read_pypgflow(text, jsonb) from public;
