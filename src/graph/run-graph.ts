import { Gate } from '../dag/gate.ts'
import type { Json } from '../model/json.ts'
import { engineSteps } from '../workflow/engine-steps.ts'
import type { WorkflowContext } from '../workflow/workflow-context.ts'
import type { GraphPlan } from './document/index.ts'
import { decideOutput, scopeOf } from './evaluate-node.ts'
import { MAX_AT_ONCE, partIdOf } from './part.ts'
import type { Place } from './place.ts'
import { leavesOf, runBlock, walkBlock } from './run-block.ts'
import { triggerOf } from './trigger.ts'

/**
 * One run of a graph: a durable function that calls its nodes as they become ready.
 * @returns what the document says, else what its leaves have given, by id
 * @throws StepFailedError of the node that fails the run
 */
export async function runGraph(plan: GraphPlan, ctx: WorkflowContext): Promise<unknown> {
  const { step: steps, runId, workflowId, version } = ctx
  const engine = engineSteps(steps)
  const place: Place = {
    ...{ plan, partId: partIdOf(plan), outputs: {}, items: {}, retry: undefined, runBlock },
    names: {
      trigger: triggerOf(plan.document, ctx, engine.depth),
      run: { id: runId, workflow_id: workflowId, version },
    },
    ...{ steps, engine, gate: new Gate(MAX_AT_ONCE) },
  }
  const ends = await walkBlock(plan.root, place)
  const { output } = plan.document
  if (output === undefined) return leavesOf(plan.root, ends)
  return decideOutput(output as Json, plan.templates, scopeOf(place))
}
