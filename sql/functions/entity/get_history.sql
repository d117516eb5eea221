-- get_history: the trail of an instance, in order.
--   instance_id  null where options say which
--   options      tenant, entity ({machine, id, table}), limit (100, at most 1,001), after (a seq: those behind it follow)
-- Returns: a row for each; transition is null for the start and for a migration to another version, changes is what was merged into the
-- metadata of the entity, hash is hex.
-- Raises: MR001, MR043 if there is none.
-- Example: select seq, from_state, to_state, executed_by, executed_at from millrace.get_history('…');
create or replace function millrace.get_history(instance_id uuid, options jsonb default '{}')
returns table (seq int, from_state text, to_state text, transition text, transition_id uuid, version text, executed_by text,
  claimed_by text, notes text, context jsonb, metadata jsonb, changes jsonb, executed_at timestamptz, spent_ms bigint, hash text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_history', options, '{"entity": "any", "limit": "whole", "after": "seq"}');
  v_id     uuid := millrace.find_entity(v_tenant, get_history.instance_id, options -> 'entity');
begin
  return query
  select h.seq, h.from_state, h.to_state, h.transition, h.transition_id,
    (select w.version from millrace.workflows w where w.id = h.workflow_id), h.executed_by, h.claimed_by, h.notes, h.context, h.metadata,
    h.changes, h.executed_at, h.spent_ms, encode(h.hash, 'hex')
  from millrace.entity_history h
  where h.instance_id = v_id and h.seq > coalesce((options ->> 'after')::int, 0)
  order by h.seq limit greatest(least(coalesce((options ->> 'limit')::int, 100), 1001), 1);
end $$;

comment on function millrace.get_history(uuid, jsonb) is 'The trail of an instance: who moved it, when, from where to where.';
revoke execute on function millrace.get_history(uuid, jsonb) from public;
