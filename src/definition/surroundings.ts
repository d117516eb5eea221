import { MAX_SUB_WORKFLOW_DEPTH } from '../model/limits.ts'
import type { NamedStep } from './named-step.ts'

/** What a process has for the handlers of its flows and the nodes of its graphs. */
export interface Surroundings {
  /** What handlers of flows see as `ctx.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What handlers of flows find in their context. */
  readonly resources: Readonly<Record<string, unknown>>
  /** Steps that nodes of type `step` may name. */
  readonly steps: ReadonlyMap<string, NamedStep>
  /** SQL that nodes of type `sql` may name. */
  readonly statements: Readonly<Record<string, string>>
  /** What nodes of type `http` may reach: the options of an HttpPolicy. */
  readonly http: object
  /** How many nodes of type `sub_workflow` may wait for each other, one in the run of the other. */
  readonly maxSubWorkflowDepth: number
  /** The value of a secret; undefined if the tenant has none of that name. @throws what looking it up throws */
  secret(name: string, tenant: string): Promise<string | undefined>
  /** Something that all runs share, made when it is first asked for, and disposed of when the engine stops. */
  share<T extends AsyncDisposable>(key: object, make: () => T): T
}

/** Of a process that runs no handlers: there is nothing. */
export const noSurroundings: Surroundings = Object.freeze({
  ...{ env: {}, resources: {}, steps: new Map(), statements: {}, http: {} },
  maxSubWorkflowDepth: MAX_SUB_WORKFLOW_DEPTH,
  secret: () => Promise.resolve(undefined),
  share: <T>(_key: object, make: () => T) => make(),
})
