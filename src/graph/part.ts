import { Gate } from '../dag/gate.ts'
import type { RetryOptions } from '../model/backoff.ts'
import type { Json } from '../model/json.ts'
import { defineWorkflow, type WorkflowDefinition } from '../workflow/define-workflow.ts'
import { engineSteps } from '../workflow/engine-steps.ts'
import type { WorkflowContext } from '../workflow/workflow-context.ts'
import type { GraphPlan, PlannedNode } from './document/index.ts'
import { performHere } from './perform-node.ts'
import type { Place, RunNames, StepOutputs } from './place.ts'
import { runBlock } from './run-block.ts'

/** Nodes of one run whose handlers are at work at once, in one process. */
export const MAX_AT_ONCE = 100

/** What a run that does one node is started with. */
type PartInput = {
  readonly node: string
  readonly names: RunNames
  readonly outputs: StepOutputs
  readonly items: Readonly<Record<string, Json>>
  /** What the blocks around it say of retry. */
  readonly retry?: RetryOptions
}

/** Of which workflow these are. */
export function partIdOf(plan: GraphPlan): string {
  return `${plan.workflowId}.node`
}

/** Whether some node has a queue of its own. */
export function hasParts({ byId }: GraphPlan): boolean {
  return [...byId.values()].some(({ node }) => node.queue !== undefined)
}

/** The workflow whose runs do one node each, in the queue that the node names. */
export function makePart(plan: GraphPlan, version: string): WorkflowDefinition {
  const handler = async ({ input, step: steps }: WorkflowContext) => {
    const { node, ...given } = input as PartInput
    const engine = engineSteps(steps)
    const [partId, gate] = [partIdOf(plan), new Gate(MAX_AT_ONCE)]
    const rest = { partId, gate, retry: undefined, runBlock, ...given }
    const place: Place = { plan, steps, engine, ...rest }
    return performHere(plan.byId.get(node) as PlannedNode, place)
  }
  const part = defineWorkflow(partIdOf(plan), handler as never, { version }, [])
  return Object.freeze({ ...part, partOf: plan.workflowId })
}
