/** What a column of pypgflow's lists holds: how its values are compared. */
export type ColumnKind = 'text' | 'uuid' | 'flag' | 'number' | 'time' | 'json'

/** A list of pypgflow: its columns, in the order in which they are sent. */
export type Relation = keyof typeof RELATIONS

const names = (kind: ColumnKind, ...columns: string[]): Record<string, ColumnKind> =>
  Object.fromEntries(columns.map((column) => [column, kind]))

/** As the views of sql/api/views have them. */
export const RELATIONS = {
  workflows: {
    ...names('text', 'id', 'name', 'version', 'kind'),
    ...names('json', 'input_schema'),
    ...names('time', 'created_at', 'registered_at'),
    ...names('text', 'description'),
    ...{ metadata: 'json', is_active: 'flag', updated_at: 'time', states: 'json' },
  },
  workflow_states: {
    ...{ id: 'uuid', workflow_name: 'text', name: 'text', is_initial: 'flag', is_final: 'flag' },
    ...{ metadata: 'json', created_at: 'time', workflow_version: 'text' },
    ...names('number', 'ordinal', 'sla_ms'),
  },
  workflow_transitions: {
    ...names('uuid', 'id'),
    ...names('text', 'workflow_name', 'from_state', 'to_state', 'transition_name'),
    ...names('json', 'conditions', 'context', 'metadata'),
    ...{ workflow_version: 'text', wildcard: 'flag', after_ms: 'number', rank: 'number' },
  },
  entity_workflows: {
    ...names('uuid', 'id'),
    ...names('text', 'entity_table', 'entity_id', 'workflow_name', 'workflow_version'),
    ...{ current_state: 'text', current_state_metadata: 'json' },
    ...names('time', 'started_at', 'updated_at', 'completed_at'),
    ...{ metadata: 'json', status: 'text', seq: 'number', entered_at: 'time', due_at: 'time' },
  },
  workflow_history: {
    ...{ id: 'text', entity_workflow_instance_id: 'uuid' },
    ...names('text', 'entity_table', 'entity_id', 'workflow_name', 'from_state', 'to_state'),
    ...{ transition_name: 'text', executed_by: 'text', executed_at: 'time' },
    ...{ metadata: 'json', context: 'json', notes: 'text', instance_id: 'uuid', seq: 'number' },
    ...{ claimed_by: 'text', workflow_version: 'text', transition_id: 'uuid' },
    ...{ spent_ms: 'number', hash: 'text' },
  },
} as const satisfies Record<string, Record<string, ColumnKind>>
