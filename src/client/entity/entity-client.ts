import type { AnyMachineRef, MachineRef } from '../../definition/machine.ts'
import type { Tx } from '../../kernel/database.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { checkOptionNames } from '../../model/options.ts'
import { AdministrationClient } from '../administration-client.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Starter } from '../starter.ts'
import type {
  Entity,
  EntityInstance,
  HistoryEntry,
  Transitioned,
  TransitionQuery,
  TransitionReport,
  TransitionRequest,
  Verified,
} from './entity.ts'
import { EntityHandle, type EntityTools, move } from './entity-handle.ts'
import { countByState, readEntities, readSlaBreaches, readStateTimes } from './list-entities.ts'
import { type ListedMachine, type MachineFilter, readMachines } from './list-machines.ts'
import { migrate } from './migrate.ts'
import { Mover } from './mover.ts'
import { checkEntityName, checkMachine, queryNames, requestNames } from './names.ts'
import { readEntity, readHistoryPage, readTransitions, verifyTrail } from './reads.ts'
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
} from './reports.ts'
import { checkInstanceId } from './requests.ts'

/** Entities of machines: where they stand, what moves them, their trails. */
export abstract class EntityClient extends AdministrationClient {
  protected abstract readonly starter: Starter
  #tools: EntityTools | null = null

  /**
   * An entity in a machine: nothing is asked for until one of its methods is called. A definition of `defineMachine`
   * lets only its own states and transitions compile; a name takes any.
   * @param options.table of the entity; default: what the machine's document says, else the machine's name
   * @throws InvalidInputError
   * @example const t = client.entity(ticket, '17')
   *   await t.start({ by: 'ada' })
   *   await t.transition('solve', { by: 'ada', notes: 'replaced the cable' })
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
    return new EntityHandle(
      this.#entityTools,
      checkEntityName(id, entityId, options.table),
      version,
    )
  }

  /**
   * The versions of machines, by name, and of one name that first which starts take; at most 1,000.
   * @example const [order] = await client.getMachines({ machine: 'order' })
   */
  async getMachines(p: MachineFilter = {}): Promise<ListedMachine[]> {
    return readMachines(this.session, p)
  }

  /** An instance by its id. @throws EntityNotFoundError */
  async getEntity(p: { instanceId: string; tx?: Tx }): Promise<EntityInstance> {
    checkOptionNames('getEntity', p, { instanceId: true, tx: true })
    return readEntity(this.session, { instanceId: p.instanceId }, p.tx)
  }

  /**
   * Instances, the newest first, 20 on a page unless `limit` (at most 100) says otherwise.
   * @example await client.getEntities({ machine: 'order', state: 'paid', status: 'live' })
   */
  async getEntities(p: EntityFilter & PageRequest = {}): Promise<Page<EntityInstance>> {
    return readEntities(this.session, p)
  }

  /**
   * Moves an instance: by the name of the transition, or by the state that it goes to.
   * @throws as Entity.transition
   * @example await client.transition({ instanceId, name: 'solve', by: 'ada', expectedState: 'working' })
   */
  async transition(
    p: { instanceId: string } & ({ name: string } | { toState: string }) & TransitionRequest,
  ): Promise<Transitioned> {
    const { instanceId, name, toState, ...request } = p as TransitionRequest & {
      instanceId: string
      name?: string
      toState?: string
    }
    checkOptionNames('transition', p, {
      ...requestNames,
      ...{ instanceId: true, name: true, toState: true },
    })
    if ((name === undefined) === (toState === undefined))
      throw new InvalidInputError(
        'A transition is asked for by its name, or by the state that it goes to. Give name or toState, one of the two.',
      )
    const target = name === undefined ? { state: toState as string } : { name }
    return move(
      this.#entityTools.mover,
      { instanceId: checkInstanceId(instanceId) },
      target,
      request,
    )
  }

  /** What leaves the state of an instance, and what of it may be done now by whom. @throws EntityNotFoundError */
  async getTransitions(p: { instanceId: string } & TransitionQuery): Promise<TransitionReport[]> {
    checkOptionNames('getTransitions', p, { ...queryNames, instanceId: true })
    const { instanceId, ...query } = p
    return readTransitions(this.session, { instanceId }, query)
  }

  /** The trail of an instance, the oldest row first, 20 on a page. @throws EntityNotFoundError */
  async getHistory(p: {
    instanceId: string
    limit?: number
    startingAfter?: string | null
  }): Promise<Page<HistoryEntry>> {
    checkOptionNames('getHistory', p, { instanceId: true, limit: true, startingAfter: true })
    return readHistoryPage(this.session, { instanceId: p.instanceId }, p)
  }

  /** Whether the trail of an instance is whole: no gap, nothing changed. @throws EntityNotFoundError */
  async verifyHistory(p: { instanceId: string }): Promise<Verified> {
    checkOptionNames('verifyHistory', p, { instanceId: true })
    return verifyTrail(this.session, { instanceId: p.instanceId })
  }

  /** How many instances of a machine are in each of its states. @throws WorkflowNotFoundError */
  async countEntities(p: CountFilter): Promise<StateCount[]> {
    return countByState(this.session, p)
  }

  /**
   * How long entities of a machine were in each state before they left it.
   * @throws WorkflowNotFoundError
   * @example await client.getStateTimes({ machine: 'order', since: '2027-01-01' })
   */
  async getStateTimes(p: StateTimesFilter): Promise<StateTimes[]> {
    return readStateTimes(this.session, p)
  }

  /**
   * Live instances that have been in their state for longer than its `sla`, the newest first.
   * @throws WorkflowNotFoundError
   */
  async getSlaBreaches(p: SlaFilter & PageRequest): Promise<Page<SlaBreach>> {
    return readSlaBreaches(this.session, p)
  }

  /**
   * Moves the live instances of a version of a machine to another version: each to the state that the mapping names for
   * its own, else to that of the same name. Each is noted in its trail; actions of states are not done. A dry run tells
   * how many would go where.
   * @throws WorkflowNotFoundError; InvalidInputError for a mapping to what is no state, and where a state has no target
   * @example const plan = await client.migrateEntities({ machine: 'order', fromVersion: '1', toVersion: '2',
   *   mapping: { open: 'new' }, dryRun: true })
   */
  async migrateEntities(p: MigrateEntities): Promise<EntityMigration> {
    await this.prepare()
    return migrate(this.session, p)
  }

  /** Before a start, and before what names a workflow: an engine makes its definitions known. */
  protected async prepare(): Promise<void> {}

  get #entityTools(): EntityTools {
    this.#tools ??= {
      session: this.session,
      mover: new Mover(this.session, this.starter.ids),
      prepare: () => this.prepare(),
    }
    return this.#tools
  }
}
