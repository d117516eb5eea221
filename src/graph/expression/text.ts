import { floatText } from './decimal.ts'
import type { Meter } from './meter.ts'
import { Dict, defined, List, Tuple, type Value } from './value.ts'

/** White space, as Python strips and splits it: for a class of a regular expression. */
export const SPACES =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** What ends a line in Python, for a class of a regular expression. */
export const LINE_ENDS = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029'

/**
 * A value as Jinja prints it: texts as they are, the others as Python writes them.
 * @example textOf(true, meter) // 'True'
 * @example textOf(List.of([1n, 'a']), meter) // "[1, 'a']"
 */
export function textOf(value: Value, meter: Meter): string {
  return typeof value === 'string' ? value : repr(value, meter)
}

/** A value as Python writes it in its programs: texts are in quotes. */
export function repr(value: Value, meter: Meter): string {
  return reprAt(value, meter, 0)
}

function reprAt(value: Value, meter: Meter, level: number): string {
  const known = defined(value)
  if (known === null) return 'None'
  if (typeof known === 'boolean') return known ? 'True' : 'False'
  if (typeof known === 'bigint') return integerText(known, meter)
  if (typeof known === 'number') return floatText(known)
  if (typeof known === 'string') return quote(known, meter)
  meter.checkDepth(level + 1)
  if (known instanceof Dict) {
    const pairs = known.keys(meter).map((key) => {
      const item = reprAt(known.get(key) as Value, meter, level + 1)
      return `${quote(key, meter)}: ${item}`
    })
    return joined(pairs, '{', '}', meter)
  }
  const isTuple = known instanceof Tuple
  const items = (isTuple ? known.items : known.items(meter)).map((item) =>
    reprAt(item, meter, level + 1),
  )
  if (!isTuple) return joined(items, '[', ']', meter)
  return joined(items, '(', items.length === 1 ? ',)' : ')', meter)
}

/** An integer in digits; long ones take time. */
export function integerText(value: bigint, meter: Meter): string {
  const text = String(value)
  meter.spend(text.length / 16)
  return text
}

function joined(parts: readonly string[], open: string, close: string, meter: Meter): string {
  return open + joinTexts(parts, ', ', meter) + close
}

/** Texts with a separator between them; its cost is paid before it is made. */
export function joinTexts(parts: readonly string[], separator: string, meter: Meter): string {
  meter.spend(parts.length)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  meter.spendText(length + separator.length * Math.max(parts.length - 1, 0))
  return parts.join(separator)
}

const space = new RegExp(`[${SPACES}]`, 'u')

/** Without the white space at its beginning. */
export function stripStart(text: string): string {
  let start = 0
  while (start < text.length && space.test(text[start] as string)) start++
  return text.slice(start)
}

/** Without the white space at its end: an expression for it would look at each space of the text. */
export function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && space.test(text[end - 1] as string)) end--
  return text.slice(0, end)
}

const special = /[\\\n\r\t']|(?! )[\p{C}\p{Z}]/gu

/** A text in single quotes, or in double ones if it has a single one and no double one. */
function quote(text: string, meter: Meter): string {
  meter.spendText(text.length)
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(special, (found) => {
    if (found === "'") return mark === "'" ? "\\'" : found
    return escapes[found] ?? hexEscape(found.codePointAt(0) as number)
  })
  meter.spendText(body.length)
  return `${mark}${body}${mark}`
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** @example hexEscape(0x7f) // '\\x7f' */
export function hexEscape(code: number): string {
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** How many characters a text has: one outside of the basic plane is one, as in Python. */
export function lengthOf(text: string, meter: Meter): number {
  meter.spend(text.length / 16)
  let length = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if (isPair(text, i)) {
      length--
      i++
    }
  }
  return length
}

/** Where the character of a number begins in a text, or its end; `from` is where one begins. */
export function offsetOf(text: string, number: number, from = 0): number {
  let at = from
  for (let left = number; left > 0 && at < text.length; left--) at += isPair(text, at) ? 2 : 1
  return at
}

/** The character of a number, a negative one counts from the end; undefined: there is none. */
export function characterAt(text: string, number: number, meter: Meter): string | undefined {
  meter.spend(Math.min(Math.abs(number), text.length) / 16)
  const at = number < 0 ? offsetFromEnd(text, -number) : offsetOf(text, number)
  if (at < 0 || at >= text.length) return undefined
  return text.slice(at, at + (isPair(text, at) ? 2 : 1))
}

function offsetFromEnd(text: string, number: number): number {
  let at = text.length
  for (let left = number; left > 0; left--) {
    if (at <= 0) return -1
    at -= isPair(text, at - 2) ? 2 : 1
  }
  return at
}

function isPair(text: string, i: number): boolean {
  const [first, second] = [text.charCodeAt(i), text.charCodeAt(i + 1)]
  return first >= 0xd800 && first < 0xdc00 && second >= 0xdc00 && second < 0xe000
}

/** The kind of a container, for what treats lists and tuples alike. */
export function itemsOf(value: List | Tuple, meter: Meter): readonly Value[] {
  if (value instanceof List) return value.items(meter)
  meter.spend(value.items.length)
  return value.items
}
