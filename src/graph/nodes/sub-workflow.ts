import { decide, fieldOf } from '../evaluate-node.ts'
import type { ConfigOf, Perform } from '../node-result.ts'

/** Runs another workflow, of any kind, and waits for its end. */
export const subWorkflow: Perform = async (node, place) => {
  const { workflow_id: id } = node.node.config as ConfigOf<'sub_workflow'>
  const input = decide(node, () => fieldOf(node, 'input_mapping', place))
  const { timeoutMs } = node
  const options = timeoutMs === undefined ? {} : { timeout: timeoutMs }
  const context = await place.steps.invoke(node.id, { id }, input, options)
  return { output: { status: 'completed', context: context ?? null } }
}
