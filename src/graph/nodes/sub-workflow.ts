import { decide, fieldOf } from '../evaluate-node.ts'
import { nodeFailed } from '../node-error.ts'
import type { ConfigOf, Perform } from '../node-result.ts'

/** Runs another workflow, of any kind, and waits for its end. */
export const subWorkflow: Perform = async (node, place) => {
  const { workflow_id: id } = node.node.config as ConfigOf<'sub_workflow'>
  const most = place.engine.surroundings.maxSubWorkflowDepth
  if (place.engine.depth >= most) throw nodeFailed(node.id, tooDeep(id, most))
  const input = decide(node, () => fieldOf(node, 'input_mapping', place))
  const { timeoutMs } = node
  const options = timeoutMs === undefined ? {} : { timeout: timeoutMs }
  const context = await place.steps.invoke(node.id, { id }, input, options)
  return { output: { status: 'completed', context: context ?? null } }
}

function tooDeep(id: string, most: number): Error {
  const message = `Sub-workflow "${id}" would be one more than ${most} that wait for each other. Does a workflow start itself?`
  return Object.assign(new Error(message), { code: 'MAX_DEPTH_EXCEEDED' })
}
