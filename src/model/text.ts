const loneSurrogate = /[\ud800-\udfff]/u
const loneSurrogates = /[\ud800-\udfff]/gu
const nullCharacters = /\0/g

/**
 * Whether Postgres can store a text: no U+0000, and no half of a surrogate pair.
 * @example isStorable('a\0b') // false
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !loneSurrogate.test(text)
}

/**
 * What can be stored of any text: U+0000 removed, halves of surrogate pairs as U+FFFD, and no more
 * than `maxBytes` of UTF-8.
 * @example toStorable('a\0b', 100) // 'ab'
 */
export function toStorable(text: string, maxBytes: number): string {
  // Cut first: a text may be half a gigabyte, and a UTF-16 unit is never less than a byte.
  const cut = text.length > maxBytes ? text.slice(0, maxBytes) : text
  const clean = cut.replace(nullCharacters, '').replace(loneSurrogates, '\ufffd')
  if (clean.length * 3 <= maxBytes) return clean
  return clean.slice(0, new TextEncoder().encodeInto(clean, new Uint8Array(maxBytes)).read)
}

/** A text as the beginning of a sentence. @example capitalise('the input') // 'The input' */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/**
 * A value as error messages show it: JSON where that works, at most 80 characters. Never throws.
 * @example describeValue('3 dayz') // '"3 dayz"'
 * @example describeValue(10n) // '10n'
 */
export function describeValue(value: unknown): string {
  try {
    const text = describe(value)
    return text.length > 80 ? `${toStorable(text.slice(0, 79), 320)}…` : text
  } catch {
    return 'an unreadable value'
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date'
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value) ?? Object.prototype.toString.call(value)
}

/** Things with their number. @example countOf(1, 'entry', 'entries') // '1 entry' */
export function countOf(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/**
 * Names in a sentence, at most eight of them.
 * @example listWords(['a', 'b', 'c'], 'or') // '"a", "b" or "c"'
 */
export function listWords(names: readonly string[], last: 'or' | 'and'): string {
  const quoted = names.slice(0, 8).map((name) => describeValue(name))
  if (names.length > 8) return `${quoted.join(', ')} and ${names.length - 8} more`
  if (quoted.length < 2) return quoted.join('')
  return `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`
}
