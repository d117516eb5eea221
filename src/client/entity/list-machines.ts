import { getMachines } from '../../kernel/machines.ts'
import type { Json } from '../../model/json.ts'
import { checkName } from '../../model/names.ts'
import { checkOptionNames } from '../../model/options.ts'
import type { Session } from '../session.ts'

/** Which machines: what is given holds. */
export type MachineFilter = {
  /** Its name: all of its versions. */
  machine?: string
  /** Of one version. */
  definitionId?: string
}

/** A version of a machine. */
export type ListedMachine = {
  /** Under which other systems know this version: the view `workflows`, `start_workflow_by_id`. */
  definitionId: string
  machine: string
  version: string
  /** Starts take it, unless they name another. */
  newest: boolean
  /** Whether entities may be started. */
  active: boolean
  states: number
  /** A list of states, or `*`, is one. */
  transitions: number
  /** The default of starts; null: the machine's name. */
  table: string | null
  metadata: Record<string, Json>
  createdAt: Date
  /** When it was last put or registered. */
  updatedAt: Date
}

/** By name, and of one name that first which starts take; at most 1,000. @throws InvalidInputError */
export async function readMachines(session: Session, p: MachineFilter): Promise<ListedMachine[]> {
  checkOptionNames('getMachines', p, { machine: true, definitionId: true })
  const { machine, definitionId } = p
  if (machine !== undefined) checkName('machine', machine)
  const rows = await getMachines(
    session.db,
    session.options({ machine, definition_id: definitionId }),
  )
  return rows.map((row) => ({
    ...{ definitionId: row.definition_id, machine: row.workflow_id, version: row.version },
    ...{ newest: row.newest, active: row.active },
    ...{ states: row.states, transitions: row.transitions, table: row.entity_table },
    metadata: row.metadata as Record<string, Json>,
    ...{ createdAt: row.created_at, updatedAt: row.registered_at },
  }))
}
