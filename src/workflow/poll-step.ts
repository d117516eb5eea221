import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { attempt } from './attempt.ts'
import type { Execution } from './execution.ts'
import { stepContext } from './step-context.ts'
import type { StepContext } from './step-types.ts'

/** Shorter intervals are a loop of the handler's own. */
const LEAST_INTERVAL_MS = 1000
const DEFAULT_INTERVAL_MS = 30_000

export type PollOptions = { interval?: Duration | undefined; timeout?: Duration | undefined }
type Polled = { timedOut: false; data: unknown } | { timedOut: true }

/**
 * Asks until there is an answer or no time left. Only the answer is recorded: between two questions
 * the run waits under a key that leaves no row (?key), beside the one that ends it all (key).
 */
export async function poll(
  x: Execution,
  id: string,
  key: string,
  fn: (ctx: StepContext) => unknown,
  options: PollOptions,
): Promise<Polled> {
  const interval =
    options.interval === undefined ? DEFAULT_INTERVAL_MS : parseDuration(options.interval)
  if (interval < LEAST_INTERVAL_MS) {
    throw new InvalidInputError(
      `An interval of ${interval} ms is under the least of 1 s for step.poll. Poll less often, or loop within a step.`,
    )
  }
  const deadline = options.timeout === undefined ? null : parseDuration(options.timeout)
  const { end } = x.journal.take(key, 'step.poll', 'rgt')
  if (end) return read(end)
  const over = deadline === null ? null : x.wait({ key, name: null, ms: deadline })
  const again = `?${key}`
  let pending = x.isKept(again)
  for (let tries = 1; ; tries++) {
    if (pending) {
      const row = await Promise.race([
        x.wait({ key: again, name: null, ms: interval }),
        ...(over ? [over] : []),
      ])
      if (row.name === key) {
        x.unwait(again)
        return read(row)
      }
    }
    const text = await ask(x, id, key, tries, fn)
    if (text !== null) {
      x.unwait(key)
      return { timedOut: false, data: decodePayload(text) }
    }
    pending = true
  }
}

/** The answer as JSON, recorded; null for "not yet". */
async function ask(
  x: Execution,
  id: string,
  key: string,
  tries: number,
  fn: (ctx: StepContext) => unknown,
): Promise<string | null> {
  await x.begin(key)
  try {
    const limits = { what: `Poll "${key}"`, ms: null, signal: x.signal }
    const value = await attempt(limits, (signal) =>
      fn(stepContext(x, id, key, tries, signal)),
    ).catch(() => false)
    if (!value) return null
    const text = encodePayload(value, { what: `the answer of poll "${key}"` })
    x.record({ kind: 'r', name: key, data: text })
    return text
  } finally {
    x.end(key)
  }
}

function read(row: JournalRow): Polled {
  return row.kind === 't' ? { timedOut: true } : { timedOut: false, data: decodePayload(row.data) }
}
