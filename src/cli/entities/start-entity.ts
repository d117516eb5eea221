import type { StartEntity, StartedEntity } from '../../client/entity/entity.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { WorkflowNotFoundError } from '../../model/errors.ts'
import type { Output } from '../output.ts'
import { didYouMean, programName, quoted } from '../show/words.ts'
import { facts } from '../table.ts'

/** Which entity is put into which machine. */
export type StartOf = {
  readonly machine: string
  readonly entityId: string
  readonly table?: string | undefined
}

/** Puts an entity into a machine. @throws as Entity.start; of a machine that there is not, with what may have been meant */
export async function startEntity(
  client: WorkflowClient,
  { machine, entityId, table }: StartOf,
  options: StartEntity,
): Promise<StartedEntity> {
  try {
    return await client
      .entity(machine, entityId, table === undefined ? {} : { table })
      .start(options)
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
    const known = await client.getMachines().catch(() => [])
    const hint = didYouMean(
      machine,
      known.map((one) => one.machine),
    )
    if (hint === '') throw error
    const { details } = error
    throw new WorkflowNotFoundError(`${error.message}${hint}`, { details, cause: error })
  }
}

/** What a start did, for people. */
export function showStartedEntity(
  { machine, entityId, table }: StartOf,
  { id, state, started }: StartedEntity,
  { paint, quiet }: Output,
): string {
  if (quiet) return id
  const what = started ? 'started' : 'already there:'
  const entity = table === undefined ? entityId : `${table}:${entityId}`
  const me = programName()
  return `${paint('green', '✓')} ${what} ${paint('bold', machine)} for ${entity}\n${facts([
    ['instance', id],
    ['state', state],
    ['go on', paint('dim', `${me} entities transitions ${quoted(id)}`)],
  ])}`
}
