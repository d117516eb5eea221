import { NonRetryableError } from '../model/errors.ts'
import { Contest } from './contest.ts'
import type { NodeType, PlannedNode } from './document/index.ts'
import { nodeFailed } from './node-error.ts'
import type { NodeResult, Perform } from './node-result.ts'
import { approval } from './nodes/approval.ts'
import { choose } from './nodes/choose.ts'
import { delay, waitUntil } from './nodes/delay.ts'
import { http } from './nodes/http.ts'
import { loop } from './nodes/loop.ts'
import { map } from './nodes/map.ts'
import { parallel } from './nodes/parallel.ts'
import { race } from './nodes/race.ts'
import { sql } from './nodes/sql.ts'
import { step } from './nodes/step.ts'
import { subWorkflow } from './nodes/sub-workflow.ts'
import { transform } from './nodes/transform.ts'
import { waitFor } from './nodes/wait-for.ts'
import { performElsewhere } from './perform-elsewhere.ts'
import type { Place } from './place.ts'

const performers: Readonly<Record<NodeType, Perform>> = {
  http,
  transform,
  condition: choose,
  switch: choose,
  delay,
  wait_until: waitUntil,
  wait_for: waitFor,
  approval,
  step,
  sub_workflow: subWorkflow,
  sql,
  map,
  loop,
  parallel,
  race,
}

/** Types whose attempts, or whose child, have the time-out of the node themselves. */
const timed = new Set<NodeType>([
  ...(['http', 'transform', 'condition', 'switch', 'step', 'sql', 'sub_workflow'] as const),
])

/** Does what a node does, where it is to be done, within its time. @throws StepFailedError */
export function performNode(node: PlannedNode, place: Place): Promise<NodeResult> {
  return node.node.queue === undefined ? performHere(node, place) : performElsewhere(node, place)
}

/** The same in this run, whatever its queue. @throws StepFailedError */
export async function performHere(node: PlannedNode, place: Place): Promise<NodeResult> {
  const perform = performers[node.type]
  const { id, timeoutMs, blocks } = node
  const work = ['node', (inside: Place) => perform(node, inside)] as const
  const contest = new Contest(node, place)
  if (timeoutMs === undefined || timed.has(node.type)) {
    // of a part that fails the others are given up: the run may go on without them
    const isWhole = blocks.length === 0 || node.type === 'race' || !forgives(node)
    return isWhole ? perform(node, place) : ((await contest.settled([work])).value as NodeResult)
  }
  const { name, value } = await contest.settled([
    work,
    ['time-out', (inside) => inside.engine.timeout(id, timeoutMs)],
  ])
  if (name === 'node') return value as NodeResult
  const error = new NonRetryableError(`It took more than ${timeoutMs} ms, its timeout.`)
  throw nodeFailed(place.engine.keyOf(id), Object.assign(error, { name: 'TimeoutError' }))
}

/** Its failure does not fail what it is in. */
function forgives({ node }: PlannedNode): boolean {
  return node.on_error !== undefined && node.on_error !== 'fail'
}
