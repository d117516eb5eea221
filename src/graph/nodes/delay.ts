import { parseInstant } from '../../model/instant.ts'
import { delayMs } from '../document/index.ts'
import { decide, fieldOf } from '../evaluate-node.ts'
import type { ConfigOf, Perform } from '../node-result.ts'

/** Waits for a while, without a worker. */
export const delay: Perform = async (node, place) => {
  const ms = delayMs(node.node.config as ConfigOf<'delay'>)
  await place.steps.delay(node.id, ms)
  return { output: { delayed_seconds: ms / 1000 } }
}

/** Waits until an instant, without a worker. */
export const waitUntil: Perform = async (node, place) => {
  const at = decide(node, () => parseInstant(fieldOf(node, 'at', place) as string))
  await place.steps.waitUntil(node.id, at)
  return { output: { at: at.toISOString() } }
}
