import { type Duration, parseDuration } from '../model/duration.ts'
import { parseInstant } from '../model/instant.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import { checkName } from '../model/names.ts'
import { type Schema, validate } from '../model/schema.ts'
import type { Execution } from './execution.ts'

type WaitForOptions = { eventName: string; schema?: Schema; timeout?: Duration | undefined }
type WaitKind = { what: string; kinds: string; name: string | null; ms: number | null }

/** Waits for a message, or until its time is over. */
export async function waitFor(
  x: Execution,
  key: string,
  options: WaitForOptions,
): Promise<unknown> {
  const name = checkName('eventName', options.eventName)
  const ms = options.timeout === undefined ? null : parseDuration(options.timeout)
  const end = await ended(x, key, { what: 'step.waitFor', kinds: 'go', name, ms })
  try {
    if (end.kind === 'o') return undefined
    const data = decodePayload(end.data)
    const { schema } = options
    return schema ? await validate(schema, data, `the data of signal "${name}"`) : data
  } finally {
    await x.deliver(key)
  }
}

/** Waits for a duration. */
export async function delay(x: Execution, key: string, duration: Duration): Promise<void> {
  const ms = parseDuration(duration)
  await ended(x, key, { what: 'step.delay', kinds: 't', name: null, ms })
  await x.deliver(key)
}

/** Waits until an instant, by the database's clock. */
export async function waitUntil(
  x: Execution,
  key: string,
  at: Date | string | { date: Date | string },
): Promise<void> {
  const ms = Math.max(parseInstant(at).getTime() - x.host.now().getTime(), 0)
  await ended(x, key, { what: 'step.waitUntil', kinds: 't', name: null, ms })
  await x.deliver(key)
}

/** Waits for resumeWorkflow. */
export async function pause(x: Execution, key: string): Promise<void> {
  await ended(x, key, { what: 'step.pause', kinds: 'g', name: '$resume', ms: null })
  await x.deliver(key)
}

async function ended(x: Execution, key: string, wait: WaitKind): Promise<JournalRow> {
  const { what, kinds, name, ms } = wait
  return x.take(key, what, kinds).end ?? x.wait({ key, name, ms })
}
