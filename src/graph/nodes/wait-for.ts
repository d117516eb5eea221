import { checkEventKey } from '../../definition/event.ts'
import type { Json } from '../../model/json.ts'
import type { Schema } from '../../model/schema.ts'
import { type PlannedNode, toSchema } from '../document/index.ts'
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
    ...(schema === undefined ? {} : { schema: schemaOf(node, schema) }),
    ...(timeout === undefined ? {} : { timeout: durationMs(timeout) }),
  })
  return { output: data ?? null }
}

const schemas = new WeakMap<PlannedNode, Schema>()

/** Compiled once for each node of a plan. */
function schemaOf(node: PlannedNode, given: Json): Schema {
  const schema = schemas.get(node) ?? toSchema(given)
  schemas.set(node, schema)
  return schema
}

/** Numbers are keys as people write them. @throws InvalidInputError */
function keyOf(event: string, given: unknown): string | undefined {
  if (given === undefined) return undefined
  return checkEventKey(event, typeof given === 'number' ? String(given) : (given as string))
}
