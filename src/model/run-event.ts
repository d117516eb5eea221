import type { RunFailure } from './failure.ts'
import type { JournalKind } from './journal.ts'
import type { Json } from './json.ts'
import type { StepStatus, WorkflowStatus } from './status.ts'

/** What `run.on` listens for; `'*'` is everything. */
export type RunEventName =
  | WorkflowStatus
  | `step:${StepStatus | 'retrying'}`
  | 'log'
  | 'chunk'
  | 'reset'
  | 'state'
  | '*'

/**
 * Something that happened to a run. `type` is a RunEventName, or one of what happens to a run more rarely: `resumed`,
 * `retrying` (its handler), `recovered` (its worker died), `cancelling`, `undoing`, `undo:completed`, `undo:retrying`,
 * `migrated`, `attributes`, `patched`, `continued`, `called_off`, `note`.
 */
export type RunEvent = {
  /** The place after this event: `events({ after: id })` goes on there. What is only live has that of what came before. */
  readonly id: string
  readonly type: string
  readonly runId: string
  /** ISO 8601. */
  readonly at: string
  readonly stepId?: string
  readonly status?: StepStatus
  /** Of a step: 1, 2, … */
  readonly attempt?: number
  readonly output?: Json
  readonly error?: RunFailure
  readonly data?: Json
  /** Of a chunk: its number in its attempt, from 0, */
  readonly index?: number
  /** and whether all of them are the output of the step. */
  readonly stored?: boolean
}

/** What an event says beside its place and its run. */
export type EventBody = Omit<RunEvent, 'id' | 'runId'>

/** Statuses of a run by the letters of the kernel. */
export const RUN_STATUS = {
  p: 'pending',
  r: 'running',
  w: 'waiting',
  z: 'paused',
  c: 'completed',
  f: 'failed',
  x: 'cancelled',
} as const satisfies Record<string, WorkflowStatus>

export type StatusLetter = keyof typeof RUN_STATUS

/** Whether a run with this status has ended. */
export function isEnd(status: StatusLetter): boolean {
  return status === 'c' || status === 'f' || status === 'x'
}

/** A row of the journal as the kernel shows it to those who follow; C: a child has ended. */
export type ShownRow = {
  readonly at: Date
  readonly kind: JournalKind | 'C'
  readonly name: string | null
  /** JSON text. */
  readonly data: string | null
}

/** The event that a row of the journal is. */
export function rowEvent(row: ShownRow): EventBody {
  const name = row.name ?? ''
  const at = row.at.toISOString()
  const data = row.data === null ? undefined : (JSON.parse(row.data) as Json)
  return { at, ...bodyOf(row.kind, name, data) }
}

type Body = Omit<EventBody, 'at'>
type Fields = { readonly [key: string]: Json }

const MARK = /~(skipped|off)(?=\[|$)/

function bodyOf(kind: ShownRow['kind'], name: string, data: Json | undefined): Body {
  const fields = (typeof data === 'object' && data !== null ? data : {}) as Fields
  const given = data === undefined ? {} : { data }
  switch (kind) {
    case 'r':
      if (/~off(\[|$)/.test(name)) return { type: 'called_off', stepId: name.replace(MARK, '') }
      return step(name, 'completed', data)
    case 'g':
    case 't':
      return step(name, 'completed', data)
    case 'o':
      return { ...step(name, 'completed', undefined), data: { timedOut: true } }
    case 'C':
      return childEnd(name, fields)
    case 'c':
      return { ...step(name, 'running', undefined), data: { childId: fields.id ?? null } }
    case 'e':
      return { type: 'step:retrying', stepId: name, ...failed(data) }
    case 'f':
      return { ...step(name, 'failed', undefined), ...failed(data) }
    case 'k':
      return skipped(name, fields)
    case 's':
      return { type: 'state', data: { name: stateName(name), value: data ?? null } }
    case 'i':
    case 'n':
      return undone(kind, name, data)
    case 'h':
      return { type: 'retrying', ...failed(data) }
    default:
      return { type: RARE[kind] ?? 'note', ...(name === '' ? {} : { stepId: name }), ...given }
  }
}

const RARE: Partial<Record<ShownRow['kind'], string>> = {
  ...{ p: 'paused', u: 'resumed', d: 'recovered', x: 'cancelling', b: 'undoing', v: 'migrated' },
  ...{ l: 'attributes', m: 'patched', z: 'continued' },
}

function step(stepId: string, status: StepStatus, output: Json | undefined): Body {
  return { type: `step:${status}`, stepId, status, ...(output === undefined ? {} : { output }) }
}

function failed(data: Json | undefined): Pick<Body, 'error' | 'attempt'> {
  const error = data as unknown as RunFailure
  return { error, ...(error?.attempt ? { attempt: error.attempt } : {}) }
}

function childEnd(name: string, { status, output }: Fields): Body {
  if (status === 'c') return step(name, 'completed', output)
  if (status === 'x') return step(name, 'cancelled', undefined)
  return { ...step(name, 'failed', undefined), error: output as unknown as RunFailure }
}

function skipped(name: string, { reason, failure }: Fields): Body {
  const error = failure ? { error: failure as unknown as RunFailure } : {}
  return {
    ...step(name.replace(MARK, ''), 'skipped', undefined),
    ...error,
    data: { reason: reason ?? null },
  }
}

function undone(kind: 'i' | 'n', name: string, data: Json | undefined): Body {
  const stepId = name.replace(/^\$undo:/, '')
  return kind === 'n'
    ? { type: 'undo:completed', stepId }
    : { type: 'undo:retrying', stepId, ...failed(data) }
}

/** The name under which a value was published, of its row's key. */
function stateName(key: string): string {
  return key.replace(/^\$set:/, '').replace(/#\d+$/, '')
}

/** The event of a run that has another status than it had, or has ended. `output` is JSON text. */
export function statusEvent(
  letter: StatusLetter,
  at: Date,
  output: string | null,
  reason: string | null = null,
): EventBody {
  const status = RUN_STATUS[letter]
  const body = { type: status, status, at: at.toISOString() }
  if (letter === 'f') return { ...body, error: JSON.parse(output ?? '{}') as RunFailure }
  if (letter === 'c' && output !== null) return { ...body, output: JSON.parse(output) as Json }
  const word = reason === null ? undefined : PAUSES[reason]
  return word === undefined ? body : { ...body, data: { reason: word } }
}

const PAUSES: Readonly<Record<string, string>> = {
  ...{ p: 'person', c: 'poison', h: 'history_mismatch', l: 'limit', s: 'step', u: 'undo_failed' },
}
