import { Dag, type DagNode } from '../dag/dag.ts'
import { type Ends, type NodeEnd, type Skipped, type Walker, walk } from '../dag/walk.ts'
import { StepFailedError } from '../model/errors.ts'
import type { PlannedBlock, PlannedNode } from './document/index.ts'
import { failureOf } from './node-error.ts'
import type { NodeResult } from './node-result.ts'
import { performNode } from './perform-node.ts'
import { type Place, setOutput } from './place.ts'

/** What the walk through a block goes over. */
type Walked = DagNode & { readonly node: PlannedNode }

const dags = new WeakMap<PlannedBlock, Dag<Walked>>()

/**
 * Runs the nodes of a block, each when those before it have ended.
 * @returns what its only leaf has given; of several leaves an object by id, without those that were skipped
 * @throws StepFailedError of the node that fails it
 */
export async function runBlock(block: PlannedBlock, place: Place): Promise<unknown> {
  const [node, another] = block.nodes
  if (node !== undefined && another === undefined) {
    // nothing waits for it: most blocks of large maps are so
    const end = await endOf(node, place)
    if (end.status !== 'completed') return null
    setOutput(place.outputs, node.id, end.output)
    return end.output ?? null
  }
  const ends = await walkBlock(block, place)
  const [only] = block.leaves
  if (block.leaves.length === 1) return outputOf(ends, only as string) ?? null
  return leavesOf(block, ends)
}

/** Runs the nodes of a document. @throws StepFailedError of the node that fails the run */
export function walkBlock(block: PlannedBlock, place: Place): Promise<Ends> {
  return walk(dagOf(block), new GraphWalker(place))
}

/** What the leaves of a block have given, by id; those that were skipped are not in it. */
export function leavesOf({ leaves }: PlannedBlock, ends: Ends): Record<string, unknown> {
  const given = leaves.flatMap((id) =>
    ends.get(id)?.status === 'completed' ? [[id, outputOf(ends, id)] as const] : [],
  )
  return Object.fromEntries(given)
}

function outputOf(ends: Ends, id: string): unknown {
  const end = ends.get(id)
  return end?.status === 'completed' ? end.output : undefined
}

function dagOf(block: PlannedBlock): Dag<Walked> {
  const known = dags.get(block)
  if (known) return known
  const nodes = block.nodes.map((node) => ({ id: node.id, dependsOn: node.dependencies, node }))
  const dag = new Dag(nodes)
  dags.set(block, dag)
  return dag
}

class GraphWalker implements Walker<Walked> {
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  async perform({ id, dependsOn, node }: Walked, ends: Ends): Promise<NodeEnd> {
    const isLeftOut = dependsOn.length > 0 && dependsOn.every((one) => isSkipped(ends, one))
    if (isLeftOut) {
      const end: Skipped = { status: 'skipped', reason: 'dependency_skipped', cascades: false }
      await this.skip({ id }, end)
      return end
    }
    const end = await endOf(node, this.#place)
    if (end.status === 'completed') setOutput(this.#place.outputs, id, end.output)
    return end
  }

  skip({ id }: Pick<Walked, 'id'>, { reason }: Skipped): Promise<void> {
    return this.#place.engine.skip(id, { reason })
  }
}

function isSkipped(ends: Ends, id: string): boolean {
  return ends.get(id)?.status === 'skipped'
}

/** Does what a node does, and what it says of its failure. @throws StepFailedError */
async function endOf(node: PlannedNode, place: Place): Promise<NodeEnd> {
  const { on_error: onError = 'fail' } = node.node
  let result: NodeResult
  try {
    result = await performNode(node, place)
  } catch (error) {
    if (onError === 'fail' || !(error instanceof StepFailedError)) throw error
    if (onError !== 'skip') return { status: 'completed', output: onError.continue_with }
    const failure = failureOf(error)
    await place.engine.skip(`${node.id}~skipped`, { reason: 'handler_failed', failure })
    return { status: 'skipped', reason: 'handler_failed', cascades: false }
  }
  const { output, untaken } = result
  return { status: 'completed', output, ...(untaken === undefined ? {} : { untaken }) }
}
