import { isSignal, type Signal, type WaitRecord } from '../definition/signal.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { HistoryMismatchError, InvalidInputError } from '../model/errors.ts'
import { parseInstant } from '../model/instant.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import { MAX_SOURCES } from '../model/limits.ts'
import { checkName, isName } from '../model/names.ts'
import { type Schema, validate } from '../model/schema.ts'
import type { Execution } from './execution.ts'
import type { OneWait } from './waits.ts'

type TimeoutOptions = { timeout?: Duration | undefined }
type WaitForOptions = TimeoutOptions & { eventName: string; schema?: Schema | undefined }
type WaitKind = { what: string; kinds: string } & Pick<OneWait, 'name' | 'ms'>

/** Waits for a message, or until its time is over. */
export async function waitFor(
  x: Execution,
  key: string,
  source: WaitForOptions | Signal,
  more: TimeoutOptions = {},
): Promise<unknown> {
  const { eventName, schema, timeout } = isSignal(source)
    ? { eventName: source.name, schema: source.schema, timeout: more.timeout }
    : source
  const name = checkName('eventName', eventName)
  const end = await ended(x, key, { what: 'step.waitFor', kinds: 'go', name, ms: timeOf(timeout) })
  try {
    return end.kind === 'o' ? undefined : await read(name, schema, decodePayload(end.data))
  } finally {
    await x.deliver(key)
  }
}

/** Waits for the first of several messages; the others stay in the buffer. */
export async function waitForAny(
  x: Execution,
  key: string,
  sources: WaitRecord,
  options: TimeoutOptions = {},
): Promise<unknown> {
  const all = checkSources(key, sources)
  const names = all.map(([, signal]) => signal.name)
  // one more that never comes: also of a single one the row then says which it was
  const name = [...names, NEVER_SENT]
  const ms = timeOf(options.timeout)
  const end = await ended(x, key, { what: 'step.waitForAny', kinds: 'go', name, ms })
  try {
    if (end.kind === 'o') return undefined
    const [as, signal, data] = which(key, all, decodePayload(end.data))
    return { name: as, data: await read(signal.name, signal.schema, data) }
  } finally {
    await x.deliver(key)
  }
}

const NEVER_SENT = '$any'

/** Whose message it was. @throws HistoryMismatchError if the code does not wait for that any more */
function which(
  key: string,
  all: readonly [string, Signal][],
  row: unknown,
): [string, Signal, unknown] {
  const [sent, data] = Array.isArray(row) ? row : []
  const found = all.find(([, { name }]) => name === sent)
  if (found) return [...found, data ?? undefined]
  throw new HistoryMismatchError(
    `Step "${key}" is recorded with a message of ${JSON.stringify(sent ?? row)}, but the code waits for ${all.map(([, { name }]) => `"${name}"`).join(', ')} there. Restore that signal, or register the changed code under a new version.`,
    { details: { step: key, expected: sent ?? null, found: all.map(([, { name }]) => name) } },
  )
}

/**
 * Waits until all of several messages have come; undefined if one has not come in time: those that did are
 * consumed all the same.
 */
export async function waitForAll(
  x: Execution,
  key: string,
  sources: WaitRecord,
  options: TimeoutOptions = {},
): Promise<unknown> {
  const all = checkSources(key, sources)
  const { timeout } = options
  const entries = await Promise.all(
    all.map(async ([as, signal]) => [as, await waitForPart(x, `${key}~${as}`, signal, timeout)]),
  )
  const inTime = entries.every(([, part]) => part !== null)
  return inTime
    ? Object.fromEntries(entries.map(([as, part]) => [as, (part as Part).data]))
    : undefined
}

type Part = { readonly data: unknown }

/** @returns null if it has not come in time */
async function waitForPart(
  x: Execution,
  key: string,
  signal: Signal,
  timeout: Duration | undefined,
): Promise<Part | null> {
  const { name, schema } = signal
  const ms = timeOf(timeout)
  const end = await ended(x, key, { what: 'step.waitForAll', kinds: 'go', name, ms })
  try {
    return end.kind === 'o' ? null : { data: await read(name, schema, decodePayload(end.data)) }
  } finally {
    await x.deliver(key)
  }
}

/** At least one, each a signal, and none twice: nobody could tell whose message it was. */
function checkSources(key: string, sources: WaitRecord): [string, Signal][] {
  const all = Object.entries(sources ?? {})
  const names = all.map(([, signal]) => signal?.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  const problem =
    all.length === 0
      ? 'was given nothing to wait for. Give an object of signals'
      : all.length > MAX_SOURCES
        ? `waits for ${all.length} signals; the limit is ${MAX_SOURCES}. Let one signal carry more`
        : !all.every(([as, signal]) => isSignal(signal) && isName(as))
          ? 'was given something else than signals. Make them with defineSignal, under names of letters and digits'
          : twice !== undefined
            ? `waits for signal "${twice}" twice. Wait for it once`
            : null
  if (problem === null) return all
  throw new InvalidInputError(`Step "${key}" ${problem}.`, { details: { step: key } })
}

function read(name: string, schema: Schema | undefined, data: unknown): unknown {
  return schema ? validate(schema, data, `the data of signal "${name}"`) : data
}

function timeOf(timeout: Duration | undefined): number | null {
  return timeout === undefined ? null : parseDuration(timeout)
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
