import type { PlannedNode } from './document/index.ts'
import type { Place } from './place.ts'

/** What a node has come to. */
export type NodeResult = {
  readonly output: unknown
  /** Nodes that it has chosen not to run. */
  readonly untaken?: readonly string[]
}

/** Does what nodes of one type do. @throws StepFailedError */
export type Perform = (node: PlannedNode, place: Place) => Promise<NodeResult>

/** The configuration of a node of a type that is known. */
export type ConfigOf<T extends PlannedNode['type']> = Extract<
  PlannedNode['node'],
  { type: T }
>['config']
