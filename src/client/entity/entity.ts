import type { AnyMachineRef, StateOf, TransitionOf } from '../../definition/machine.ts'
import type { Tx } from '../../kernel/database.ts'
import type { Json } from '../../model/json.ts'

/** Fields of JSON. */
export type Fields = { readonly [key: string]: Json }

/** An instance of a machine: where an entity stands, and since when. */
export type EntityInstance<S extends string = string> = {
  /** Of the instance: a UUID. The entity's own is `entityId`. */
  id: string
  machine: string
  /** The version of the machine that it is on. */
  version: string
  table: string
  entityId: string
  state: S
  /** `completed` in a final state. */
  status: 'live' | 'completed'
  metadata: Record<string, Json>
  /** Of its last row of history. */
  seq: string
  /** When it came into its state. */
  enteredAt: Date
  /** When a timer moves it; null: none does. */
  dueAt: Date | null
  createdAt: Date
  updatedAt: Date
  completedAt: Date | null
  /** Why its timer did not move it, and how often it has tried. */
  timer: { tries: number; problem: string } | null
}

/**
 * Who asks. What is not said of them holds: no roles, and `role:` with the role of the database's session, who is nobody
 * in particular.
 */
export type Asker = {
  /** Who was authenticated, at most 256 characters, and not `role:…` or `millrace:…`: the trail names them. */
  by?: string
  /** Who the caller says that it is for; not checked. Stands beside `by` in the trail. */
  claimedBy?: string
  /** What guards ask for, and actions may read. */
  roles?: readonly string[]
}

/** What a start of an entity takes. */
export type StartEntity = Asker & {
  /** Of the entity, from now on. */
  metadata?: Fields
  notes?: string
  /** Kept in the trail. */
  context?: Fields
  /** Of the machine; default: that of the definition, and of a name that put last. */
  version?: string
  /** If there is a live instance already: refuse (ConflictError, MR018), or give it back. Default 'fail'. */
  ifExists?: 'fail' | 'return'
  /** The same again is the same start, also when that instance has ended since. */
  idempotencyKey?: string
  tx?: Tx
}

/** What a start made or found. */
export type StartedEntity<S extends string = string> = {
  id: string
  state: S
  /** False: it was there. */
  started: boolean
}

/** What a transition takes beside its name. */
export type TransitionRequest<S extends string = string> = Asker & {
  notes?: string
  /** What conditions look at, and what is kept in the trail. */
  context?: Fields
  /** Kept in the trail. */
  metadata?: Fields
  /** Merged into the entity's metadata. */
  set?: Fields
  /** Refuse (TransitionConflictError) if it is in another state. */
  expectedState?: S
  /** The same again gives the same answer and does nothing. */
  idempotencyKey?: string
  tx?: Tx
}

/** What a transition did. */
export type Transitioned<S extends string = string> = {
  instanceId: string
  /** Of its row of history. */
  seq: string
  from: S
  /** The state in which it put the entity. */
  state: S
  /** Of the transition. */
  name: string
  at: Date
  /** It was done before, by the same request. */
  repeated: boolean
}

/** Who would ask for transitions, and what with. */
export type TransitionQuery = Asker & Pick<TransitionRequest, 'notes' | 'context' | 'metadata'>

/** A transition that leaves the state, and whether it may be done now. */
export type TransitionReport<S extends string = string, T extends string = string> = {
  /** Of the transition in its version. */
  id: string
  name: T
  to: S
  allowed: boolean
  /** Why not. */
  reason: string | null
  /** Of the transition, as its document says. */
  context: Json
  conditions: Json
  /** Conditions that nobody enforces. */
  notEnforced: string[]
  /** Of the state that it goes to. */
  stateMetadata: Json
}

/** A row of the trail. */
export type HistoryEntry<S extends string = string> = {
  /** From '1', without gaps. */
  seq: string
  /** Null: the start. */
  from: S | null
  to: S
  /** Null: the start, or a migration to another version. */
  transition: string | null
  executedBy: string
  claimedBy: string | null
  notes: string | null
  context: Json
  metadata: Json
  /** What was merged into the entity's metadata. */
  changes: Record<string, Json> | null
  at: Date
  /** Milliseconds in the state that it left. */
  spentMs: number | null
  version: string
  /** sha256 in hex, of the hash before it and all the rest of the row. */
  hash: string
}

/** Whether a trail is whole. */
export type Verified = {
  ok: boolean
  /** The first row that is wrong. */
  brokenAt: string | null
  problem: string | null
  rows: number
}

/**
 * An entity in a machine. Of several instances that were, the live one is meant, else the last.
 * @example const order = client.entity(orderMachine, '17')
 *   await order.start({ metadata: { amount: 90 } })
 *   await order.transition('pay', { by: 'ada' })
 */
export interface Entity<M extends AnyMachineRef = AnyMachineRef> {
  readonly machine: string
  readonly entityId: string
  /** The table that was named; undefined: that of the machine. */
  readonly table: string | undefined
  /**
   * Puts it into the initial state.
   * @throws ConflictError (MR018) if a live instance is there, WorkflowNotFoundError if there is no such machine
   */
  start(options?: StartEntity): Promise<StartedEntity<StateOf<M>>>
  /**
   * Moves it along a transition. It is durable when this resolves; in a `tx`, when that commits.
   * @throws TransitionConflictError (MR012) if somebody was faster or it is not in `expectedState`;
   *   TransitionNotAllowedError (MR013) if it is none of its state or a guard refuses; EntityNotFoundError
   */
  transition(
    name: TransitionOf<M>,
    request?: TransitionRequest<StateOf<M>>,
  ): Promise<Transitioned<StateOf<M>>>
  /** Moves it along the first transition that leads to the state. @throws as transition */
  transitionTo(
    state: StateOf<M>,
    request?: TransitionRequest<StateOf<M>>,
  ): Promise<Transitioned<StateOf<M>>>
  /** Null: it was never started. */
  state(options?: { tx?: Tx }): Promise<StateOf<M> | null>
  /** @throws EntityNotFoundError */
  get(options?: { tx?: Tx }): Promise<EntityInstance<StateOf<M>>>
  /** What leaves its state, and what of it may be done now by whom. @throws EntityNotFoundError */
  transitions(query?: TransitionQuery): Promise<TransitionReport<StateOf<M>, TransitionOf<M>>[]>
  /** All of its trail, in order. @throws EntityNotFoundError */
  history(): Promise<HistoryEntry<StateOf<M>>[]>
  /** Whether its trail is whole: no gap, nothing changed. @throws EntityNotFoundError */
  verify(): Promise<Verified>
}
