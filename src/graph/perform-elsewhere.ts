import type { PlannedNode } from './document/index.ts'
import type { NodeResult } from './node-result.ts'
import type { Place } from './place.ts'
import { outputsReadBy } from './reads.ts'

/** Has a node done by a run of its own. @throws ChildFailedError */
export async function performElsewhere(node: PlannedNode, place: Place): Promise<NodeResult> {
  const { queue } = node.node
  const input = {
    ...{ node: node.id, names: place.names, items: place.items },
    outputs: outputsReadBy(node, place.outputs),
    ...(place.retry === undefined ? {} : { retry: place.retry }),
  }
  const options = queue === undefined ? {} : { queue }
  const result = await place.steps.invoke(node.id, { id: place.partId }, input, options)
  return result as NodeResult
}
