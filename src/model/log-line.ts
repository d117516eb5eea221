import { MAX_LOG_FIELDS_BYTES, MAX_LOG_MESSAGE_BYTES } from './limits.ts'
import type { LogLevel } from './logger.ts'
import { toStorable } from './text.ts'

/** Levels, by how grave they are. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** A message as it is stored. Never throws. */
export function storableMessage(message: unknown): string {
  const text = typeof message === 'string' ? message : describe(message)
  return toStorable(text, MAX_LOG_MESSAGE_BYTES)
}

/** What a logger was given beside the message, as JSON text: fields as an object; errors told. Never throws. */
export function storableFields(args: readonly unknown[]): string | null {
  const given = args.filter((arg) => arg !== undefined)
  if (given.length === 0) return null
  try {
    const text = JSON.stringify(given.length === 1 ? asObject(given[0]) : given, plain)
    if (text === undefined) return null
    if (Buffer.byteLength(text) > MAX_LOG_FIELDS_BYTES)
      return JSON.stringify({ cut: `fields of ${Buffer.byteLength(text)} bytes are not stored` })
    return text.replaceAll('\\u0000', '')
  } catch (error) {
    return JSON.stringify({ cut: `fields that are no JSON: ${(error as Error)?.message}` })
  }
}

function asObject(given: unknown): unknown {
  if (typeof given === 'object' && given !== null) return given
  return { value: given }
}

/** Errors have no fields of their own that JSON would show, and 64-bit integers none at all. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, stack } = value
    const shown = toStorable(stack ?? '', 4096)
    return { name, message, stack: shown, ...(value.cause ? { cause: value.cause } : {}) }
  }
  return typeof value === 'bigint' ? String(value) : value
}

function describe(message: unknown): string {
  try {
    if (message instanceof Error) return `${message.name}: ${message.message}`
    return typeof message === 'object' ? JSON.stringify(message) : String(message)
  } catch {
    return 'a message that is no text'
  }
}
