import { checkEventKey } from '../../definition/event.ts'
import { toSchema } from '../document/index.ts'
import { durationMs } from '../duration-ms.ts'
import { decide, fieldOf } from '../evaluate-node.ts'
import type { ConfigOf, Perform } from '../node-result.ts'

/** Waits for a signal, or for an event about one thing; null if it did not come in time. */
export const waitFor: Perform = async (node, place) => {
  const { event_name: eventName, schema, timeout } = node.node.config as ConfigOf<'wait_for'>
  const key = decide(node, () => keyOf(eventName, fieldOf(node, 'key', place)))
  const data = await place.steps.waitFor(node.id, {
    eventName,
    ...(key === undefined ? {} : { key }),
    ...(schema === undefined ? {} : { schema: toSchema(schema) }),
    ...(timeout === undefined ? {} : { timeout: durationMs(timeout) }),
  })
  return { output: data ?? null }
}

/** Numbers are keys as people write them. @throws InvalidInputError */
function keyOf(event: string, given: unknown): string | undefined {
  if (given === undefined) return undefined
  return checkEventKey(event, typeof given === 'number' ? String(given) : (given as string))
}
