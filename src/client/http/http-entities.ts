import type { AnyMachineRef, MachineRef, StateOf, TransitionOf } from '../../definition/machine.ts'
import { EntityNotFoundError, InvalidInputError } from '../../model/errors.ts'
import { checkOptionNames } from '../../model/options.ts'
import type {
  Asker,
  Entity,
  EntityInstance,
  HistoryEntry,
  StartEntity,
  StartedEntity,
  Transitioned,
  TransitionReport,
  TransitionRequest,
  Verified,
} from '../entity/entity.ts'
import {
  askerNames,
  checkEntityName,
  checkMachine,
  requestNames,
  startNames,
} from '../entity/names.ts'
import type {
  CountFilter,
  EntityFilter,
  EntityMigration,
  MigrateEntities,
  SlaBreach,
  SlaFilter,
  StateCount,
  StateTimes,
  StateTimesFilter,
} from '../entity/reports.ts'
import type { Page, PageRequest } from '../page.ts'
import { instant, pageQuery } from './filter.ts'
import { HttpWebhooks } from './http-webhooks.ts'
import { camel, snake } from './names.ts'
import { refuseAsker } from './refuse-asker.ts'
import { refuseTx } from './start-body.ts'
import type { Given, Transport } from './transport.ts'

/** What of an answer is the user's own. */
const opaque = ['metadata', 'context', 'conditions', 'state_metadata']
/** Rows of a trail that are asked for at once, where all are wanted. */
const ROWS = 100

/** Which instance: by its id, or by its entity. */
type Which = { instanceId: string } | { machine: string; id: string; table: string | undefined }

/** Entities of machines over HTTP: where they stand, what moves them, their trails. */
export abstract class HttpEntities extends HttpWebhooks {
  /**
   * An entity in a machine: nothing is asked for until one of its methods is called. A definition of `defineMachine`
   * lets only its own states and transitions compile; a name takes any. Who does something, and in which roles, is whose
   * key or token this is: `by` and `roles` are refused (MR003), `claimedBy` stands beside that.
   * @param options.table of the entity; default: what the machine's document says, else the machine's name
   * @throws InvalidInputError
   * @example const t = client.entity(ticket, '17')
   *   await t.start({ metadata: { amount: 90 } })
   *   await t.transition('solve', { notes: 'replaced the cable' })
   */
  entity<M extends AnyMachineRef>(
    machine: M,
    entityId: string,
    options?: { table?: string },
  ): Entity<M>
  entity(machine: string, entityId: string, options?: { table?: string }): Entity<MachineRef>
  entity(
    machine: AnyMachineRef | string,
    entityId: string,
    options: { table?: string } = {},
  ): Entity {
    checkOptionNames('entity', options, { table: true })
    const { id, version } = typeof machine === 'string' ? { id: machine } : checkMachine(machine)
    const { machine: name, entityId: row, table } = checkEntityName(id, entityId, options.table)
    return new HttpEntity(this.transport, { machine: name, id: row, table }, version)
  }

  /** An instance by its id. @throws EntityNotFoundError */
  async getEntity(p: { instanceId: string; tx?: unknown }): Promise<EntityInstance> {
    refuseTx('getEntity', p)
    return readOne(this.transport, p)
  }

  /** Instances, the newest first, 20 on a page unless `limit` (at most 100) says otherwise. */
  async getEntities(p: EntityFilter & PageRequest = {}): Promise<Page<EntityInstance>> {
    const { machine, version, table, entityId: entity_id, state, status, updatedAfter } = p
    const query = {
      ...{ machine, version, table, entity_id, state, status },
      ...{ updated_after: instant(updatedAfter), ...pageQuery(p) },
    }
    const { body } = await this.transport.call('getEntities', { query })
    return this.page(body, (one) => camel<EntityInstance>(one, { opaque }))
  }

  /**
   * Moves an instance: by the name of the transition, or by the state that it goes to.
   * @throws as Entity.transition
   * @example await client.transition({ instanceId, name: 'solve', expectedState: 'working' })
   */
  async transition(
    p: { instanceId: string } & ({ name: string } | { toState: string }) & TransitionRequest,
  ): Promise<Transitioned> {
    const { instanceId, name, toState, ...request } = p as TransitionRequest & {
      instanceId: string
      name?: string
      toState?: string
    }
    return move(this.transport, { instanceId }, { name, to_state: toState }, request)
  }

  /** What leaves the state of an instance, and what of it may be done now by whom. @throws EntityNotFoundError */
  async getTransitions(p: { instanceId: string } & Asker): Promise<TransitionReport[]> {
    const { instanceId, ...asker } = p
    return readWays(this.transport, { instanceId }, asker)
  }

  /** The trail of an instance, the oldest row first, 20 on a page. @throws EntityNotFoundError */
  async getHistory(p: {
    instanceId: string
    limit?: number
    startingAfter?: string | null
  }): Promise<Page<HistoryEntry>> {
    checkOptionNames('getHistory', p, { instanceId: true, limit: true, startingAfter: true })
    const given = { params: { id: p.instanceId }, query: pageQuery(p) }
    const { body } = await this.transport.call('getInstanceHistory', given)
    return this.page(body, (one) => camel<HistoryEntry>(one, { opaque }))
  }

  /** Whether the trail of an instance is whole: no gap, nothing changed. @throws EntityNotFoundError */
  async verifyHistory(p: { instanceId: string }): Promise<Verified> {
    const given = { params: { id: p.instanceId } }
    return camel<Verified>((await this.transport.call('verifyInstanceHistory', given)).body)
  }

  /** How many instances of a machine are in each of its states. @throws WorkflowNotFoundError */
  async countEntities(p: CountFilter): Promise<StateCount[]> {
    const { machine, version, table } = p
    const query = { machine, version, table }
    const { body } = await this.transport.call('countEntities', { query })
    return body.data.map((one) => camel<StateCount>(one))
  }

  /** How long entities of a machine were in each state before they left it. @throws WorkflowNotFoundError */
  async getStateTimes(p: StateTimesFilter): Promise<StateTimes[]> {
    const { machine, version, state, since } = p
    const query = { machine, version, state, since: instant(since) }
    const { body } = await this.transport.call('getStateTimes', { query })
    return body.data.map((one) => camel<StateTimes>(one))
  }

  /** Live instances that have been in their state for longer than its `sla`. @throws WorkflowNotFoundError */
  async getSlaBreaches(p: SlaFilter & PageRequest): Promise<Page<SlaBreach>> {
    const { machine, version, table, state } = p
    const query = { machine, version, table, state, ...pageQuery(p) }
    const { body } = await this.transport.call('getSlaBreaches', { query })
    return this.page(body, (one) => camel<SlaBreach>(one, { opaque }))
  }

  /**
   * Moves all instances of a version of a machine to another version: each to the state that the mapping names for its
   * own, else to that of the same name.
   * @throws WorkflowNotFoundError, InvalidInputError for a mapping to what is no state
   */
  async migrateEntities(p: MigrateEntities): Promise<EntityMigration> {
    refuseAsker('migrateEntities', p)
    const { machine, fromVersion, toVersion, mapping, dryRun, claimedBy, notes } = p
    const body = {
      ...{ machine, from_version: fromVersion, to_version: toVersion, mapping: { ...mapping } },
      ...{ dry_run: dryRun, claimed_by: claimedBy, notes },
    }
    const timeoutMs = MIGRATION_MS
    const done = await this.transport.call('migrateEntities', { body }, { timeoutMs })
    return camel<EntityMigration>(done.body)
  }
}

/** Many instances take their time. */
const MIGRATION_MS = 10 * 60_000

/** An entity by its name, over HTTP. */
class HttpEntity<M extends AnyMachineRef> implements Entity<M> {
  readonly machine: string
  readonly entityId: string
  readonly table: string | undefined
  readonly #transport: Transport
  readonly #which: Which & { machine: string; id: string }
  readonly #version: string | undefined

  constructor(
    transport: Transport,
    which: { machine: string; id: string; table: string | undefined },
    version: string | undefined,
  ) {
    this.#transport = transport
    this.#which = which
    this.#version = version
    this.machine = which.machine
    this.entityId = which.id
    this.table = which.table
  }

  async start(options: StartEntity = {}): Promise<StartedEntity<StateOf<M>>> {
    checkOptionNames('a start of an entity', options, startNames)
    refuseTx('a start of an entity', options)
    refuseAsker('a start of an entity', options)
    const { tx: _, by: _by, ...rest } = options
    const { body } = await this.#transport.call('startEntity', {
      ...placeOf(this.#which),
      body: { ...snake(rest), version: rest.version ?? this.#version },
    })
    return camel(body)
  }

  async transition(
    name: TransitionOf<M>,
    request: TransitionRequest = {},
  ): Promise<Transitioned<StateOf<M>>> {
    return move(this.#transport, this.#which, { name }, request)
  }

  async transitionTo(
    state: StateOf<M>,
    request: TransitionRequest = {},
  ): Promise<Transitioned<StateOf<M>>> {
    return move(this.#transport, this.#which, { to_state: state }, request)
  }

  async state(options: { tx?: unknown } = {}): Promise<StateOf<M> | null> {
    try {
      return (await this.get(options)).state
    } catch (error) {
      if (error instanceof EntityNotFoundError) return null
      throw error
    }
  }

  async get(options: { tx?: unknown } = {}): Promise<EntityInstance<StateOf<M>>> {
    refuseTx('get', options)
    return readOne(this.#transport, this.#which)
  }

  async transitions(asker: Asker = {}): Promise<TransitionReport<StateOf<M>, TransitionOf<M>>[]> {
    return readWays(this.#transport, this.#which, asker)
  }

  async history(): Promise<HistoryEntry<StateOf<M>>[]> {
    const { params, query } = placeOf(this.#which)
    const all: HistoryEntry<StateOf<M>>[] = []
    for (;;) {
      const page = { limit: ROWS, starting_after: all.at(-1)?.seq }
      const { body } = await this.#transport.call('getEntityHistory', {
        ...{ params, query: { ...query, ...page } },
      })
      all.push(...body.data.map((one) => camel<HistoryEntry<StateOf<M>>>(one, { opaque })))
      if (!body.has_more) return all
    }
  }

  async verify(): Promise<Verified> {
    const { body } = await this.#transport.call('verifyEntityHistory', placeOf(this.#which))
    return camel<Verified>(body)
  }
}

/** An entity in an address. */
function placeOf({
  machine,
  id,
  table,
}: {
  machine: string
  id: string
  table?: string | undefined
}) {
  return { params: { machine, id }, query: { table } }
}

async function readOne<S extends string>(
  transport: Transport,
  which: Which,
): Promise<EntityInstance<S>> {
  const { body } =
    'instanceId' in which
      ? await transport.call('getInstance', { params: { id: which.instanceId } })
      : await transport.call('getEntity', placeOf(which))
  return camel(body, { opaque })
}

async function readWays<S extends string, T extends string>(
  transport: Transport,
  which: Which,
  asker: Asker,
): Promise<TransitionReport<S, T>[]> {
  checkOptionNames('transitions', asker, askerNames)
  refuseAsker('transitions', asker)
  const { body } =
    'instanceId' in which
      ? await transport.call('getInstanceTransitions', { params: { id: which.instanceId } })
      : await transport.call('getEntityTransitions', placeOf(which))
  return body.data.map((one) => camel<TransitionReport<S, T>>(one, { opaque }))
}

async function move<S extends string>(
  transport: Transport,
  which: Which,
  target: { name?: string | undefined; to_state?: string | undefined },
  request: TransitionRequest,
): Promise<Transitioned<S>> {
  checkOptionNames('a transition', request, requestNames)
  refuseTx('a transition', request)
  refuseAsker('a transition', request)
  if ((target.name === undefined) === (target.to_state === undefined))
    throw new InvalidInputError(
      'A transition is asked for by its name, or by the state that it goes to. Give name or toState, one of the two.',
    )
  const { tx: _, by: _by, roles: _roles, ...rest } = request
  const body: Given<'transitionEntity'>['body'] = { ...target, ...snake(rest) }
  const { body: done } =
    'instanceId' in which
      ? await transport.call('transitionInstance', { params: { id: which.instanceId }, body })
      : await transport.call('transitionEntity', { ...placeOf(which), body })
  return camel(done)
}
