import {
  checkEventKey,
  type Event,
  isEvent,
  isKeyedEvent,
  type KeyedEvent,
} from '../definition/event.ts'
import { isSignal, type Signal, type WaitRecord, type WaitSource } from '../definition/signal.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { HistoryMismatchError, InvalidInputError } from '../model/errors.ts'
import { parseInstant } from '../model/instant.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import { MAX_SOURCES } from '../model/limits.ts'
import { checkName, isName } from '../model/names.ts'
import { type Schema, validate } from '../model/schema.ts'
import { type EventPlace, eventMessage, readEvent, showEvent } from './event-message.ts'
import type { Execution } from './execution.ts'
import type { OneWait } from './waits.ts'

type TimeoutOptions = { timeout?: Duration | undefined }
type WaitForOptions = TimeoutOptions & {
  eventName: string
  key?: string | undefined
  schema?: Schema | undefined
}
type WaitKind = { what: string; kinds: string } & Pick<OneWait, 'name' | 'ms' | 'events'>

/** What a step waits for: a signal, or an event about one thing. */
type Source = {
  /** As errors and people name it. */
  readonly what: string
  readonly shown: string
  readonly message: string
  readonly schema: Schema | undefined
  readonly event: EventPlace | null
}

/** Waits for a message, or until its time is over. */
export async function waitFor(
  x: Execution,
  key: string,
  from: WaitForOptions | WaitSource | Event,
  more: TimeoutOptions & { key?: string | undefined } = {},
): Promise<unknown> {
  const [source, timeout] = isByName(from)
    ? [byName(from), from.timeout]
    : [sourceOf(isEvent(from) ? from.for(more.key as string) : from), more.timeout]
  const wait = { name: source.message, ms: timeOf(timeout), events: eventsOf([source]) }
  const end = await ended(x, key, { what: 'step.waitFor', kinds: 'go', ...wait })
  try {
    return end.kind === 'o' ? undefined : await read(source, decodePayload(end.data))
  } finally {
    await x.deliver(key)
  }
}

function isByName(from: WaitForOptions | WaitSource | Event): from is WaitForOptions {
  return !isSignal(from) && !isKeyedEvent(from) && !isEvent(from)
}

function byName({ eventName, key, schema }: WaitForOptions): Source {
  const name = checkName('eventName', eventName)
  if (key === undefined) return sourceOf({ kind: 'signal', name, schema })
  return sourceOf({ kind: 'keyed-event', name, schema, key: checkEventKey(name, key) })
}

function sourceOf(source: WaitSource): Source {
  return isKeyedEvent(source) ? eventSource(source) : signalSource(source)
}

function signalSource({ name, schema }: Signal): Source {
  const message = checkName('signal', name)
  return { what: `signal "${name}"`, shown: name, message, schema, event: null }
}

function eventSource({ name, key, schema }: KeyedEvent): Source {
  const event = { name: checkName('event', name), key }
  const what = `event "${name}" with key "${key}"`
  return { what, shown: showEvent(event), message: eventMessage(event), schema, event }
}

/** Those that are events, by message; undefined if none is. */
function eventsOf(sources: readonly Source[]): Map<string, EventPlace> | undefined {
  const entries = sources.flatMap(({ message, event }) =>
    event ? [[message, event] as const] : [],
  )
  return entries.length === 0 ? undefined : new Map(entries)
}

/** Waits for the first of several messages; the others stay in the buffer. */
export async function waitForAny(
  x: Execution,
  key: string,
  sources: WaitRecord,
  options: TimeoutOptions = {},
): Promise<unknown> {
  const all = checkSources(key, sources)
  // one more that never comes: also of a single one the row then says which it was
  const name = [...all.map(([, { message }]) => message), NEVER_SENT]
  const wait = { name, ms: timeOf(options.timeout), events: eventsOf(all.map(([, one]) => one)) }
  const end = await ended(x, key, { what: 'step.waitForAny', kinds: 'go', ...wait })
  try {
    if (end.kind === 'o') return undefined
    const [as, source, data] = which(key, all, decodePayload(end.data))
    return { name: as, data: await read(source, data) }
  } finally {
    await x.deliver(key)
  }
}

const NEVER_SENT = '$any'

/** Whose message it was. @throws HistoryMismatchError if the code does not wait for that any more */
function which(
  key: string,
  all: readonly [string, Source][],
  row: unknown,
): [string, Source, unknown] {
  // a person who forked the run gave what the step gives
  const given = Array.isArray(row) ? null : (row as { name?: unknown; data?: unknown } | null)
  const named = given && all.find(([as]) => as === given.name)
  if (named) return [...named, given.data ?? undefined]
  const [sent, data] = Array.isArray(row) ? row : []
  // a history that was exported names events as people see them
  const found = all.find(([, { message, shown }]) => message === sent || shown === sent)
  if (found) return [...found, data ?? undefined]
  throw new HistoryMismatchError(
    `Step "${key}" is recorded with a message of ${JSON.stringify(sent ?? row)}, but the code waits for ${all.map(([, { shown }]) => `"${shown}"`).join(', ')} there. Restore that signal, or register the changed code under a new version.`,
    { details: { step: key, expected: sent ?? null, found: all.map(([, { shown }]) => shown) } },
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
    all.map(async ([as, source]) => [as, await waitForPart(x, `${key}~${as}`, source, timeout)]),
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
  source: Source,
  timeout: Duration | undefined,
): Promise<Part | null> {
  const wait = { name: source.message, ms: timeOf(timeout), events: eventsOf([source]) }
  const end = await ended(x, key, { what: 'step.waitForAll', kinds: 'go', ...wait })
  try {
    return end.kind === 'o' ? null : { data: await read(source, decodePayload(end.data)) }
  } finally {
    await x.deliver(key)
  }
}

/** At least one, each a signal or an event, and none twice: nobody could tell whose message it was. */
function checkSources(key: string, sources: WaitRecord): [string, Source][] {
  const all = Object.entries(sources ?? {})
  const problem =
    all.length === 0
      ? 'was given nothing to wait for. Give an object of signals'
      : all.length > MAX_SOURCES
        ? `waits for ${all.length} signals; the limit is ${MAX_SOURCES}. Let one signal carry more`
        : !all.every(([as, source]) => (isSignal(source) || isKeyedEvent(source)) && isName(as))
          ? 'was given something else than signals. Make them with defineSignal, or with defineEvent and the key of an event, under names of letters and digits'
          : null
  const known = problem === null ? all.map(([as, one]) => [as, sourceOf(one)] as const) : []
  const messages = known.map(([, { message }]) => message)
  const twice = known.find(([, { message }], i) => messages.indexOf(message) !== i)?.[1]
  const wrong = twice ? `waits for ${twice.what} twice. Wait for it once` : problem
  if (wrong === null) return known.map(([as, one]) => [as, one])
  throw new InvalidInputError(`Step "${key}" ${wrong}.`, { details: { step: key } })
}

function read({ what, schema, event }: Source, message: unknown): unknown {
  const data = event ? readEvent(message) : message
  return schema ? validate(schema, data, `the data of ${what}`) : data
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
  const { what, kinds, name, ms, events } = wait
  return x.take(key, what, kinds).end ?? x.wait({ key, name, ms, events })
}
