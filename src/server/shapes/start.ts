import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { StartOptions } from '../../client/starter.ts'
import type { Json } from '../../model/json.ts'
import { anything } from './anything.ts'
import { duration } from './duration.ts'

const text = z.string().min(1).max(256)

/** The options of a start. What they mean, and every rule beyond their types, is checked where runs are started. */
export const startOptions = {
  resource_id: text.optional(),
  idempotency_key: text.optional(),
  run_id: z.uuid().optional().openapi({ description: 'A UUID of your own.' }),
  version: z.string().max(128).optional(),
  queue: z.string().max(128).optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  delay: duration.optional(),
  start_within: duration.optional(),
  tags: z.array(z.string()).optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  timeout: duration.optional(),
  retries: z.int().min(0).optional(),
  signal: z
    .strictObject({
      event_name: z.string(),
      data: anything,
      dedupe_id: text.optional(),
    })
    .optional(),
}

/** Those that a schedule or a webhook has for the runs that it starts. */
export const laterStartOptions = {
  version: z.string().optional(),
  queue: z.string().optional(),
  priority: z.int().optional(),
  resource_id: z.string().optional(),
  tags: z.array(z.string()).optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  timeout: duration.optional(),
  retries: z.int().optional(),
}

type Given = { [K in keyof typeof startOptions]?: z.output<(typeof startOptions)[K]> }

/** They as the client takes them. */
export function toStartOptions(given: Given): StartOptions {
  const { signal } = given
  const options: Record<string, unknown> = {
    resourceId: given.resource_id,
    idempotencyKey: given.idempotency_key,
    runId: given.run_id,
    version: given.version,
    queue: given.queue,
    priority: given.priority,
    delay: given.delay,
    startWithin: given.start_within,
    tags: given.tags,
    attributes: given.attributes as Record<string, Json> | undefined,
    timeout: given.timeout,
    retries: given.retries,
    signal: signal && {
      eventName: signal.event_name,
      ...(signal.data === undefined ? {} : { data: signal.data }),
      ...(signal.dedupe_id === undefined ? {} : { dedupeId: signal.dedupe_id }),
    },
  }
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as StartOptions
}

/**
 * The options of a start whose request came with a key: the run has it too, unless it was given one of its own.
 * @param part of a request that starts several
 */
export function keyedStart(given: Given, key: string | undefined, part?: number): StartOptions {
  const options = toStartOptions(given)
  if (key === undefined || options.idempotencyKey !== undefined) return options
  // of many each has its own, which must not be longer than keys may be
  const own = part === undefined ? key : createHash('sha256').update(`${key}#${part}`).digest('hex')
  return { ...options, idempotencyKey: own }
}
