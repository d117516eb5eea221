import type {
  Asker,
  EntityInstance,
  HistoryEntry,
  Transitioned,
  TransitionReport,
  TransitionRequest,
  Verified,
} from '../../client/entity/entity.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { isUuid } from '../../model/run-id.ts'

/** What a transition is named by. */
export type Target = { readonly name: string } | { readonly toState: string }

/** An instance that a command names, and what can be done with it. */
export type EntityPlace = {
  get(): Promise<EntityInstance>
  transition(target: Target, request: TransitionRequest): Promise<Transitioned>
  transitions(asker: Asker): Promise<TransitionReport[]>
  history(): Promise<HistoryEntry[]>
  verify(): Promise<Verified>
}

/** How commands say what they take. */
export const PLACE = 'the id of an instance; or a machine and the id of an entity, as order/17'

/**
 * The instance of an argument: the id of one, or `machine/entity`, whose live instance is meant, else its last one.
 * @param table of the entity; default: that of the machine
 * @throws InvalidInputError
 * @example entityPlace(client, 'order/17')
 */
export function entityPlace(client: WorkflowClient, text: string, table?: string): EntityPlace {
  if (isUuid(text)) {
    if (table === undefined) return byInstance(client, text)
    throw new InvalidInputError('An id of an instance needs no --table: leave it out.')
  }
  // names of machines have no slash, ids of entities may
  const [, machine, entityId] = /^([^/]+)\/(.+)$/s.exec(text) ?? []
  if (machine === undefined || entityId === undefined)
    throw new InvalidInputError(
      `"${text}" is neither the id of an instance, a UUID, nor a machine and an entity, as order/17. Give one of them.`,
    )
  const entity = client.entity(machine, entityId, table === undefined ? {} : { table })
  return {
    get: () => entity.get(),
    transition: (target, request) =>
      'name' in target
        ? entity.transition(target.name, request)
        : entity.transitionTo(target.toState, request),
    transitions: (asker) => entity.transitions(asker),
    history: () => entity.history(),
    verify: () => entity.verify(),
  }
}

function byInstance(client: WorkflowClient, instanceId: string): EntityPlace {
  return {
    get: () => client.getEntity({ instanceId }),
    transition: (target, request) => client.transition({ ...request, ...target, instanceId }),
    transitions: (asker) => client.getTransitions({ ...asker, instanceId }),
    history: () => wholeHistory(client, instanceId),
    verify: () => client.verifyHistory({ instanceId }),
  }
}

async function wholeHistory(client: WorkflowClient, instanceId: string): Promise<HistoryEntry[]> {
  const all: HistoryEntry[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<WorkflowClient['getHistory']>> = await client.getHistory({
      ...{ instanceId, limit: 100, startingAfter: after },
    })
    all.push(...page.items)
    after = page.nextCursor
  } while (after !== null)
  return all
}
