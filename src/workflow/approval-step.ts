import { createHash } from 'node:crypto'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { MAX_ASKED, MAX_KEY, MAX_QUESTION } from '../model/limits.ts'
import { checkText } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import { type Schema, type SchemaOut, validate } from '../model/schema.ts'
import { isStorable } from '../model/text.ts'
import type { Execution } from './execution.ts'

/** A question to people. */
export type ApprovalOptions<S extends Schema = Schema> = {
  question: string
  /** Who may answer, by name; with `roles` empty as well: anybody. */
  assignees?: string[]
  /** Who may answer, by what they are. */
  roles?: string[]
  /** What they should know: JSON. */
  details?: unknown
  /** Of the data that an answer may bring. */
  schema?: S
  /** Default: until it is answered. */
  timeout?: Duration
  /** What counts when nobody has answered in time; default 'reject'. */
  onTimeout?: 'approve' | 'reject'
}

/** What became of a question. */
export type ApprovalAnswer<T = undefined> = {
  approved: boolean
  /** Nobody answered in time. */
  expired: boolean
  by: string | null
  comment: string | null
  data: T | undefined
}

const names: OptionNames<ApprovalOptions> = {
  ...{ question: true, assignees: true, roles: true, details: true, schema: true },
  ...{ timeout: true, onTimeout: true },
}

/** As the kernel stores an answer. */
type Stored = { approved?: boolean; by?: string | null; comment?: string | null; data?: unknown }

/** Asks people, and waits for the first answer. */
export async function approval<S extends Schema>(
  x: Execution,
  key: string,
  options: ApprovalOptions<S>,
): Promise<ApprovalAnswer<SchemaOut<S>>> {
  const { question, assignees = [], roles = [], details, schema, timeout, onTimeout } = options
  checkApproval(key, options)
  const ms = timeout === undefined ? null : parseDuration(timeout)
  const { end } = x.take(key, 'step.approval', 'go')
  const text = encodePayload(details, { what: `the details of approval "${key}"` })
  const ask = { step: key, question, details: text, assignees, roles, ms }
  const row = end ?? (await x.ask({ key, name: messageOf(key), ms }, ask))
  try {
    if (row.kind === 'o') {
      const approved = onTimeout === 'approve'
      return { approved, expired: true, by: null, comment: null, data: undefined }
    }
    const { approved = false, by = null, comment = null, data } = read(row.data)
    const given = data ?? undefined
    const checked =
      given !== undefined && schema ? await validate(schema, given, whatOf(key)) : given
    return {
      approved: approved === true,
      expired: false,
      by,
      comment,
      data: checked as SchemaOut<S>,
    }
  } finally {
    await x.deliver(key)
  }
}

/** The message that brings the answer: a key may hold what the name of a message may not. */
function messageOf(key: string): string {
  return `$approval:${createHash('md5').update(key).digest('hex')}`
}

/** A wait that somebody forwarded may hold anything: only what says so approves. */
function read(text: string | null): Stored {
  const stored = decodePayload(text)
  return typeof stored === 'object' && stored !== null ? (stored as Stored) : {}
}

function whatOf(key: string): string {
  return `the data of the answer to approval "${key}"`
}

function isPerson(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && name.length <= MAX_KEY && isStorable(name)
}

/** @throws InvalidInputError if a question cannot be asked so */
export function checkApproval(key: string, options: ApprovalOptions): void {
  const what = `approval "${key}"`
  checkOptionNames(what, options ?? null, names)
  const { question, assignees = [], roles = [], onTimeout = 'reject' } = options
  checkText(`question of ${what}`, question, MAX_QUESTION)
  for (const [name, list] of Object.entries({ assignees, roles })) {
    const fits = Array.isArray(list) && list.length <= MAX_ASKED
    if (!fits || !list.every(isPerson)) {
      throw new InvalidInputError(
        `The ${name} of ${what} are not a list of at most ${MAX_ASKED} names, each of 1 to ${MAX_KEY} characters.`,
        { details: { step: key } },
      )
    }
  }
  if (onTimeout !== 'approve' && onTimeout !== 'reject') {
    throw new InvalidInputError(
      `onTimeout of ${what} is ${JSON.stringify(onTimeout)}, neither 'approve' nor 'reject'.`,
    )
  }
}
