import type { EntityInstance, HistoryEntry, Transitioned } from '../../client/entity/entity.ts'
import type { ListedMachine } from '../../client/entity/list-machines.ts'

// What pypgflow's verbs print with --json: the fields have the names of its views, as in the schema api.

export function theirWorkflow(one: ListedMachine): object {
  const { definitionId, machine, version, active, createdAt, updatedAt, metadata } = one
  return {
    ...{ id: definitionId, name: machine, version, is_active: active },
    ...{ created_at: createdAt, updated_at: updatedAt, metadata, states_count: one.states },
  }
}

export function theirInstance(one: EntityInstance): object {
  const { id, table, entityId, machine, version, state, createdAt, updatedAt, completedAt } = one
  return {
    ...{ id, entity_table: table, entity_id: entityId },
    ...{ workflow_name: machine, workflow_version: version, current_state: state },
    ...{ started_at: createdAt, updated_at: updatedAt, completed_at: completedAt },
    metadata: one.metadata,
    status: one.status === 'live' ? 'active' : 'completed',
  }
}

export function theirHistory(one: HistoryEntry, instance: string): object {
  const { seq, from, to, transition, executedBy, claimedBy, at, metadata, context, notes } = one
  return {
    ...{ id: `${instance}/${seq}`, seq: Number(seq), from_state: from, to_state: to },
    ...{ transition_name: transition, executed_by: executedBy, claimed_by: claimedBy },
    ...{ executed_at: at, metadata, context, notes, hash: one.hash },
  }
}

export function theirTransition(done: Transitioned): object {
  const { instanceId, seq, from, state, name, at, repeated } = done
  return {
    ...{ instance_id: instanceId, seq: Number(seq), from, to: state, name },
    ...{ executed_at: at, repeated },
  }
}
