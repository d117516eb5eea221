import type { AnyMachineRef, StateOf, TransitionOf } from '../../definition/machine.ts'
import type { Tx } from '../../kernel/database.ts'
import { EntityNotFoundError } from '../../model/errors.ts'
import { checkOptionNames } from '../../model/options.ts'
import type { Session } from '../session.ts'
import type {
  Entity,
  EntityInstance,
  HistoryEntry,
  StartEntity,
  StartedEntity,
  Transitioned,
  TransitionQuery,
  TransitionReport,
  TransitionRequest,
  Verified,
} from './entity.ts'
import type { Mover } from './mover.ts'
import { type EntityName, requestNames } from './names.ts'
import { readEntity, readTransitions, readWholeHistory, verifyTrail } from './reads.ts'
import { encodeStart, encodeTransition, type Which } from './requests.ts'

/** What an entity is reached by. */
export type EntityTools = {
  readonly session: Session
  readonly mover: Mover
  /** Before a start: an engine makes its definitions known. */
  prepare(): Promise<void>
}

/** An entity by its name. */
export class EntityHandle<M extends AnyMachineRef> implements Entity<M> {
  readonly machine: string
  readonly entityId: string
  readonly table: string | undefined
  readonly #tools: EntityTools
  readonly #version: string | undefined

  /** @param version in which it is started */
  constructor(tools: EntityTools, name: EntityName, version: string | undefined) {
    this.#tools = tools
    this.#version = version
    this.machine = name.machine
    this.entityId = name.entityId
    this.table = name.table
  }

  async start(options: StartEntity = {}): Promise<StartedEntity<StateOf<M>>> {
    const { mover } = this.#tools
    const { tx } = options
    if (!tx) await this.#tools.prepare()
    const one = encodeStart(this.#name, this.#version, options, await mover.drawRequest(tx))
    const made = await mover.start(one, tx)
    // sent again, it finds what its first sending made
    const mine = made.lost && options.ifExists !== 'return' && options.idempotencyKey === undefined
    return { id: made.instance_id, state: made.state as StateOf<M>, started: made.started || mine }
  }

  async transition(
    name: TransitionOf<M>,
    request: TransitionRequest = {},
  ): Promise<Transitioned<StateOf<M>>> {
    return move(this.#tools.mover, this.#name, { name }, request)
  }

  async transitionTo(
    state: StateOf<M>,
    request: TransitionRequest = {},
  ): Promise<Transitioned<StateOf<M>>> {
    return move(this.#tools.mover, this.#name, { state }, request)
  }

  async state(options: { tx?: Tx } = {}): Promise<StateOf<M> | null> {
    try {
      return (await this.get(options)).state
    } catch (error) {
      if (error instanceof EntityNotFoundError) return null
      throw error
    }
  }

  async get(options: { tx?: Tx } = {}): Promise<EntityInstance<StateOf<M>>> {
    checkOptionNames('get', options, { tx: true })
    return readEntity(this.#tools.session, this.#name, options.tx) as Promise<
      EntityInstance<StateOf<M>>
    >
  }

  async transitions(
    query: TransitionQuery = {},
  ): Promise<TransitionReport<StateOf<M>, TransitionOf<M>>[]> {
    return readTransitions(this.#tools.session, this.#name, query) as Promise<
      TransitionReport<StateOf<M>, TransitionOf<M>>[]
    >
  }

  async history(): Promise<HistoryEntry<StateOf<M>>[]> {
    return readWholeHistory(this.#tools.session, this.#name) as Promise<HistoryEntry<StateOf<M>>[]>
  }

  async verify(): Promise<Verified> {
    return verifyTrail(this.#tools.session, this.#name)
  }

  get #name(): EntityName {
    return { machine: this.machine, entityId: this.entityId, table: this.table }
  }
}

/** Moves an instance. @throws as Entity.transition */
export async function move<S extends string>(
  mover: Mover,
  which: Which,
  target: { name: string } | { state: string },
  request: TransitionRequest,
): Promise<Transitioned<S>> {
  checkOptionNames('a transition', request, requestNames)
  const { tx, idempotencyKey } = request
  const drawn = idempotencyKey === undefined ? await mover.drawRequest(tx) : ''
  const did = await mover.transition(encodeTransition(which, target, request, drawn), tx)
  return {
    instanceId: did.instance_id,
    seq: String(did.seq),
    from: did.from as S,
    state: did.to as S,
    name: did.name,
    at: new Date(did.executed_at),
    // sent again, it finds what its first sending did
    repeated: did.repeated && !(did.lost && idempotencyKey === undefined),
  }
}
