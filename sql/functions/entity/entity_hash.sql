-- entity_hash: what a row of history is sealed with: sha256 of the hash before it (of the first: entity_seed) and of the rest of the row.
-- Times are microseconds since 1970, for as text they depend on the session's zone. It becomes a part of the statements that use it:
-- a call for each row would cost more than the hash.
create or replace function millrace.entity_hash(p_before bytea, p_row millrace.entity_history) returns bytea
language sql stable
return sha256(p_before || convert_to(json_build_array(
  p_row.instance_id, p_row.seq, p_row.tenant_id, p_row.workflow_id, (extract(epoch from p_row.executed_at) * 1000000)::bigint,
  p_row.spent_ms, p_row.transition_id, p_row.from_state, p_row.to_state, p_row.transition, p_row.executed_by, p_row.claimed_by,
  p_row.notes, p_row.request, p_row.context, p_row.metadata, p_row.changes)::text, 'UTF8'));

comment on function millrace.entity_hash(bytea, millrace.entity_history) is 'The hash of a row of history, from that before it.';
revoke execute on function millrace.entity_hash(bytea, millrace.entity_history) from public;
