import type { PlannedNode } from './document/index.ts'
import { retryOf } from './node-options.ts'
import { type Place, withSteps } from './place.ts'
import { outputsReadBy } from './reads.ts'

/** Which item or round of a block it is, and what that is called. */
type Item = { readonly index: number; readonly names: Readonly<Record<string, unknown>> }

/** A place in a block of a node: it reads what the node may read, and what that says of retry is its default. */
export function placeInside(node: PlannedNode, place: Place, item?: Item): Place {
  const inner: Place = {
    ...place,
    retry: retryOf(node.retry, place),
    outputs: outputsReadBy(node, place.outputs),
  }
  if (!item) return inner
  const items = { ...place.items, ...item.names }
  return { ...withSteps(inner, place.engine.item(item.index)), items }
}
