import { Gate } from '../../dag/gate.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_MAP_ITEMS } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import type { PlannedBlock, PlannedNode } from '../document/index.ts'
import { decide, fieldOf } from '../evaluate-node.ts'
import { nodeFailed } from '../node-error.ts'
import type { ConfigOf, Perform } from '../node-result.ts'
import { placeInside } from '../place-inside.ts'

/** Runs its block for every item of a list, side by side; gives what each has given, in order. */
export const map: Perform = async (node, place) => {
  const { as = 'item', concurrency } = node.node.config as ConfigOf<'map'>
  const items = itemsOf(
    node,
    decide(node, () => fieldOf(node, 'items', place)),
  )
  const gate = new Gate(concurrency ?? Math.max(1, items.length))
  const outputs = await Promise.all(
    items.map((item, index) =>
      gate.pass(() => {
        const inner = placeInside(node, place, { index, names: { [as]: item, index } })
        return place.runBlock(node.blocks[0] as PlannedBlock, inner)
      }),
    ),
  )
  return { output: outputs }
}

/** @throws StepFailedError if it is no list */
function itemsOf(node: PlannedNode, value: unknown): readonly unknown[] {
  const problem = !Array.isArray(value)
    ? `are ${describeValue(value)}, not a list`
    : value.length > MAX_MAP_ITEMS
      ? `are ${value.length}; the limit is ${MAX_MAP_ITEMS}`
      : null
  if (problem === null) return value as unknown[]
  throw nodeFailed(node.id, new InvalidInputError(`The items of map "${node.id}" ${problem}.`))
}
