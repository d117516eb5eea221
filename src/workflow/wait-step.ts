import { type Duration, parseDuration } from '../model/duration.ts'
import { parseInstant } from '../model/instant.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import { checkName } from '../model/names.ts'
import { type Schema, validate } from '../model/schema.ts'
import type { Execution } from './execution.ts'

type WaitForOptions = { eventName: string; schema?: Schema; timeout?: Duration | undefined }

/** Waits for a message, or until its time is over. */
export async function waitFor(
  x: Execution,
  key: string,
  options: WaitForOptions,
): Promise<unknown> {
  const name = checkName('eventName', options.eventName)
  const ms = options.timeout === undefined ? null : parseDuration(options.timeout)
  const end = await waited(x, key, 'step.waitFor', 'go', { name, ms })
  if (end.kind === 'o') return undefined
  const data = decodePayload(end.data)
  return options.schema ? validate(options.schema, data, `the data of signal "${name}"`) : data
}

/** Waits for a duration. */
export async function delay(x: Execution, key: string, duration: Duration): Promise<void> {
  await waited(x, key, 'step.delay', 't', { name: null, ms: parseDuration(duration) })
}

/** Waits until an instant, by the database's clock. */
export async function waitUntil(
  x: Execution,
  key: string,
  at: Date | string | { date: Date | string },
): Promise<void> {
  const ms = Math.max(parseInstant(at).getTime() - x.host.now().getTime(), 0)
  await waited(x, key, 'step.waitUntil', 't', { name: null, ms })
}

/** Waits for resumeWorkflow. */
export async function pause(x: Execution, key: string): Promise<void> {
  await waited(x, key, 'step.pause', 'g', { name: '$resume', ms: null })
}

async function waited(
  x: Execution,
  key: string,
  what: string,
  kinds: string,
  wait: { name: string | null; ms: number | null },
): Promise<JournalRow> {
  return x.journal.take(key, what, kinds).end ?? x.wait({ key, ...wait })
}
