import type { EntityInstance } from './entity.ts'

/** Which instances: those that are all of this. */
export type EntityFilter = {
  machine?: string
  version?: string
  table?: string
  entityId?: string
  state?: string
  status?: 'live' | 'completed'
  updatedAfter?: Date | string
}

/** How many instances of a machine are in a state. */
export type StateCount = {
  state: string
  final: boolean
  count: number
}

/** How long entities were in a state before they left it, in milliseconds. */
export type StateTimes = {
  state: string
  /** Stays that ended. */
  count: number
  averageMs: number
  p50Ms: number
  p95Ms: number
  maxMs: number
}

/** A live entity that has been in its state for longer than the state's `sla`. */
export type SlaBreach = EntityInstance & {
  slaMs: number
  /** Milliseconds beyond it. */
  lateMs: number
}

/** What `countEntities` takes. */
export type CountFilter = { machine: string; version?: string; table?: string }

/** What `getSlaBreaches` takes. */
export type SlaFilter = { machine: string; version?: string; table?: string; state?: string }

/** What `getStateTimes` takes. */
export type StateTimesFilter = {
  machine: string
  version?: string
  state?: string
  /** Stays that ended since then; default: in the last 30 days. */
  since?: Date | string
}

/** What `migrateEntities` takes. */
export type MigrateEntities = {
  machine: string
  fromVersion: string
  toVersion: string
  /** Where entities of a state of the old version go; what is not named keeps its name. */
  mapping?: Readonly<Record<string, string>>
  /** Nothing is done: only counted. */
  dryRun?: boolean
  /** Who was authenticated. It must be said where the new version has transitions that take four eyes. */
  by?: string
  /** Who the caller says that it is for; not checked. Stands beside `by` in the trails. */
  claimedBy?: string
  notes?: string
}

/** What a migration did, or would do. */
export type EntityMigration = {
  /**
   * By state of the old version. Of a dry run all that are not final, and `to` is null where the new version has no such
   * state and the mapping names none.
   */
  states: { from: string; to: string | null; count: number }[]
  /** Instances that were moved; 0 of a dry run. After a lost reply it may be less than that. */
  migrated: number
  /** Live instances that are left on the old version: of a dry run all, else 0 unless others keep starting some. */
  remaining: number
}
