import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { toFailure } from '../model/failure.ts'
import type { JournalRow } from '../model/journal.ts'
import { encodePayload } from '../model/json.ts'
import { attempt } from './attempt.ts'
import type { Execution } from './execution.ts'
import { insideStep } from './inside.ts'
import { LazySignal } from './lazy-signal.ts'
import { readEnd } from './run-step.ts'
import { AttemptContext } from './step-context.ts'
import type { StepContext } from './step-types.ts'

/** Shorter intervals are a loop of the handler's own. */
const LEAST_INTERVAL_MS = 1000
const DEFAULT_INTERVAL_MS = 30_000

export type PollOptions = { interval?: Duration | undefined; timeout?: Duration | undefined }
type Polled = { timedOut: false; data: unknown } | { timedOut: true }
/** A poll that is under way. */
type Poll = {
  readonly x: Execution
  readonly id: string
  readonly key: string
  readonly fn: (ctx: StepContext) => unknown
  readonly intervalMs: number
  /** Ends it without an answer; null without a timeout. */
  readonly over: Promise<JournalRow> | null
}

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
  const intervalMs = parseInterval(options.interval)
  const deadline = options.timeout === undefined ? null : parseDuration(options.timeout)
  const { end } = x.take(key, 'step.poll', 'rfgo')
  const over = end || deadline === null ? null : x.wait({ key, name: `$poll:${key}`, ms: deadline })
  const row = end ?? (await askOn({ x, id, key, fn, intervalMs, over }))
  await x.deliver(key)
  if (row.kind === 'o') return { timedOut: true }
  const ended = readEnd(key, row)
  if (ended.ok) return { timedOut: false, data: ended.value }
  throw ended.error
}

function parseInterval(interval: Duration = DEFAULT_INTERVAL_MS): number {
  const ms = parseDuration(interval)
  if (ms >= LEAST_INTERVAL_MS) return ms
  throw new InvalidInputError(
    `An interval of ${ms} ms is under the least of 1 s for step.poll. Poll less often, or loop within a step.`,
  )
}

/** Asks again and again. The row that ends it: the answer, or the end of its time. */
async function askOn(poll: Poll): Promise<JournalRow> {
  const { x, key, intervalMs, over } = poll
  const again = `?${key}`
  let waits = x.isKept(again)
  for (let tries = 1; ; tries++) {
    if (waits) {
      const pause = x.wait({ key: again, name: null, ms: intervalMs })
      const row = await (over ? Promise.race([pause, over]) : pause)
      if (row.name === key) {
        x.unwait(again)
        return row
      }
    }
    const row = await askInTime(poll, tries)
    if (row) return row
    waits = true
  }
}

/** One question. Nobody waits for an answer that comes too late: its handler is aborted. */
async function askInTime(poll: Poll, tries: number): Promise<JournalRow | null> {
  const { x, key, over } = poll
  if (over === null) return ask(poll, tries, [x.aborting])
  const late = new LazySignal()
  const asked = ask(poll, tries, [x.aborting, late])
  const row = await Promise.race([asked, over])
  if (row?.kind === 'o') late.abort(new Error(`Poll "${key}" is over.`))
  return row
}

/** The answer, recorded; null for "not yet". */
async function ask(
  poll: Poll,
  tries: number,
  all: readonly LazySignal[],
): Promise<JournalRow | null> {
  const isOver = () => all.some(({ aborted }) => aborted)
  const { x, id, key, fn } = poll
  await x.begin(key)
  try {
    if (isOver()) return null
    const prompt = poll.over !== null
    const limits = { what: 'Poll', key, ms: null, with: all, prompt }
    const begin = (given: () => AbortSignal) =>
      insideStep(key, () => fn(new AttemptContext(x, id, key, tries, given)))
    const value = await answer(() => attempt(limits, begin))
    if (!value || isOver()) return null
    const row = answerRow(key, value, tries)
    x.unwait(key)
    x.record(row)
    return row
  } finally {
    x.end(key)
  }
}

/** An error counts as "not yet". */
async function answer(ask: () => unknown): Promise<unknown> {
  try {
    return await ask()
  } catch {
    return false
  }
}

/** An answer that cannot be stored fails the step. */
function answerRow(key: string, value: unknown, tries: number): JournalRow {
  try {
    const data = encodePayload(value, { what: `the answer of poll "${key}"` })
    return { kind: 'r', name: key, data }
  } catch (error) {
    const failure = toFailure(error, { stepId: key, attempt: tries })
    return { kind: 'f', name: key, data: JSON.stringify(failure) }
  }
}
