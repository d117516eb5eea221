import { createHash } from 'node:crypto'
import { MAX_CAUSES, MAX_FAILURE_MESSAGE_BYTES, MAX_FAILURE_STACK_BYTES } from './limits.ts'
import { describeValue, toStorable } from './text.ts'

/** What a handler threw, as it is stored and shown. */
export type RunFailure = {
  /** The error's own code (`'ECONNRESET'`, `'MR002'`), else MR050 in a step and MR052 outside. */
  code: string
  name: string
  message: string
  /** With the stacks of its causes; null if what was thrown has none. */
  stack: string | null
  stepId: string | null
  /** 1 for the first; 0 where there is none. */
  attempt: number
  /** The same for failures that differ only in numbers, ids and quoted values. */
  fingerprint: string
  /** Of a race of which all branches failed: where the others did. A retry does these steps anew, too. */
  alsoFailed?: string[]
}

/**
 * The failure that stands for any thrown value: errors, texts, undefined, proxies that throw. Never
 * throws; what it gives can always be stored: at most 4 KB of message and 8 KB of stack, no U+0000.
 * @example toFailure(new Error('No seat 12'), { stepId: 'book', attempt: 1 }).code // 'MR050'
 */
export function toFailure(
  error: unknown,
  where: { stepId: string | null; attempt: number },
): RunFailure {
  const { stepId, attempt } = where
  const code = codeOf(error) ?? (stepId === null ? 'MR052' : 'MR050')
  const name = toStorable(textOf(error, 'name') || 'Error', 128)
  const message = toStorable(messageOf(error), MAX_FAILURE_MESSAGE_BYTES)
  const fingerprint = fingerprintOf(code, name, message, stepId)
  return { code, name, message, stack: stackOf(error), stepId, attempt, fingerprint }
}

function fingerprintOf(code: string, name: string, message: string, stepId: string | null) {
  // Rounds of a loop (#2) and items of a map ([7]) fail for the same reason.
  const step = (stepId ?? '').replace(/#\d+|\[\d+\]/g, '')
  const text = [code, name, normalise(message), step].join('\n')
  return createHash('sha1').update(text).digest('hex').slice(0, 12)
}

/** A message without what differs from one run to the next. */
function normalise(message: string): string {
  return message
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<id>')
    .replace(/"[^"]*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)/g, '<text>')
    .replace(/\b(?:0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{8,})\b/gi, '<hex>')
    .replace(/\d+/g, '<n>')
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error
  const own = textOf(error, 'message') || textOf(firstOf(error), 'message') || textOf(error, 'code')
  if (own) return own
  return isErrorLike(error) ? 'An error without a message.' : `Threw ${describeValue(error)}.`
}

/** A refused connection is an AggregateError with an empty message and one error per address. */
function firstOf(error: unknown): unknown {
  return read(read(error, 'errors'), '0')
}

function stackOf(error: unknown): string | null {
  const stacks: string[] = []
  let current = error
  for (let i = 0; i <= MAX_CAUSES && current !== undefined && current !== null; i++) {
    const stack = textOf(current, 'stack')
    if (i > 0) stacks.push(`Caused by: ${stack || messageOf(current)}`)
    else if (stack) stacks.push(stack)
    current = read(current, 'cause')
  }
  if (stacks.length === 0) return null
  return toStorable(
    stacks.map((s) => s.slice(0, MAX_FAILURE_STACK_BYTES)).join('\n'),
    MAX_FAILURE_STACK_BYTES,
  )
}

function codeOf(error: unknown): string | null {
  const code = read(error, 'code')
  if (typeof code === 'number') return String(code)
  return typeof code === 'string' && /^[\w.:-]{1,64}$/.test(code) ? code : null
}

function isErrorLike(error: unknown): boolean {
  return typeof read(error, 'stack') === 'string'
}

function textOf(error: unknown, key: string): string {
  const value = read(error, key)
  return typeof value === 'string' ? value : ''
}

/** Getters and proxies may throw. */
function read(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    return Reflect.get(value, key)
  } catch {
    return undefined
  }
}
