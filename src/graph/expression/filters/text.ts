import { attributeOf, attributeParts, count } from '../access.ts'
import { Problem } from '../expression-error.ts'
import { type Filter, filter } from '../filter.ts'
import type { Meter } from '../meter.ts'
import { toInteger } from '../numbers.ts'
import { calculate } from '../operators.ts'
import { formatText } from '../printf.ts'
import { split } from '../search.ts'
import {
  joinTexts,
  LINE_ENDS,
  lengthOf,
  offsetOf,
  SPACES,
  stripEnd,
  stripStart,
  textOf,
} from '../text.ts'
import { Dict, iterate, kindOf, Tuple, type Value } from '../value.ts'

/** A filter that makes a text of one, and costs its length twice. */
function ofText(change: (text: string, meter: Meter) => string): Filter {
  return filter([], (value, _, { meter }) => {
    const text = textOf(value, meter)
    meter.spendText(text.length)
    const changed = change(text, meter)
    meter.spendText(changed.length)
    return changed
  })
}

const wordBeginning = new RegExp(`([-${SPACES}({[<]+)`, 'u')

/** Filters of texts; what is no text is first made one, as Jinja prints it. */
export const textFilters: Readonly<Record<string, Filter>> = {
  string: ofText((text) => text),
  upper: ofText((text) => text.toUpperCase()),
  lower: ofText((text) => text.toLowerCase()),
  capitalize: ofText(capitalize),
  title: ofText((text, meter) => {
    const parts = text.split(wordBeginning)
    meter.spend(parts.length)
    return parts.map((part) => first(part).toUpperCase() + rest(part).toLowerCase()).join('')
  }),
  wordcount: filter([], (value, _, { meter }) => {
    const text = textOf(value, meter)
    meter.spendText(text.length)
    const words = text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0
    meter.spend(words)
    return BigInt(words)
  }),
  trim: filter([['chars', null]], (value, [chars], { meter }) =>
    trim(textOf(value, meter), chars as Value, meter),
  ),
  replace: filter([['old'], ['new'], ['count', null]], (value, [old, by, most], { meter }) => {
    const [text, part, other] = [value, old, by].map((one) => textOf(one as Value, meter))
    return replace(text as string, part as string, other as string, most as Value, meter)
  }),
  join: filter(
    [
      ['d', ''],
      ['attribute', null],
    ],
    (value, [separator, name], { meter }) => {
      const parts = name === null ? null : attributeParts(name as Value)
      const texts = iterate(value, meter).map((item) =>
        textOf(parts === null ? item : attributeOf(item, parts, meter), meter),
      )
      return joinTexts(texts, textOf(separator as Value, meter), meter)
    },
  ),
  truncate: filter(
    [
      ['length', 255n],
      ['killwords', false],
      ['end', '...'],
      ['leeway', null],
    ],
    (value, [length, killWords, end, leeway], { meter }) =>
      truncate(value, [length, end, leeway] as Value[], isSet(killWords as Value), meter),
  ),
  indent: filter(
    [
      ['width', 4n],
      ['first', false],
      ['blank', false],
    ],
    (value, [width, withFirst, withBlank], { meter }) => {
      if (typeof value !== 'string') throw new Problem(`${kindOf(value)} has no lines to indent.`)
      const margin =
        typeof width === 'string' ? width : (calculate('*', ' ', width as Value, meter) as string)
      return indent(value, margin, [isSet(withFirst as Value), isSet(withBlank as Value)], meter)
    },
  ),
  format: filter('any', (value, args, { meter, named }) => {
    if (args.length > 0 && named.size > 0)
      throw new Problem('A format takes values either in a row or by name.')
    const values = named.size > 0 ? Dict.of(named) : new Tuple(args)
    return formatText(textOf(value, meter), values, meter)
  }),
}

/** Whether an argument that is yes or no is yes. */
function isSet(value: Value): boolean {
  // an empty list as a flag is nobody's intention: what is not false, none, 0 or '' is yes
  return !(value === false || value === null || value === 0n || value === 0 || value === '')
}

function first(text: string): string {
  return text === '' ? '' : String.fromCodePoint(text.codePointAt(0) as number)
}

function rest(text: string): string {
  return text.slice(first(text).length)
}

function capitalize(text: string): string {
  const begin = first(text)
  // Georgian has capitals only where all letters are
  if (/^[\u10d0-\u10ff]/.test(begin)) return text.toLowerCase()
  // of letters that are two in capitals only the first is: ß is Ss
  const large = begin.toUpperCase()
  return first(large) + rest(large).toLowerCase() + rest(text).toLowerCase()
}

function trim(text: string, chars: Value, meter: Meter): string {
  meter.spendText(text.length)
  if (chars === null) return stripStart(stripEnd(text))
  if (typeof chars !== 'string') throw new Problem(`The characters to trim are ${kindOf(chars)}.`)
  const all = new Set(iterate(chars, meter))
  const characters = iterate(text, meter) as string[]
  const begin = characters.findIndex((one) => !all.has(one))
  if (begin === -1) return ''
  const end = characters.findLastIndex((one) => !all.has(one))
  return characters.slice(begin, end + 1).join('')
}

function replace(text: string, old: string, by: string, most: Value, meter: Meter): string {
  const limit = most === null ? -1n : toInteger(most)
  if (limit === null) throw new Problem(`The count of replacements is ${kindOf(most)}.`)
  const parts = old === '' ? between(text, meter) : split(text, old)
  meter.spend(parts.length)
  const times = limit < 0n || limit > parts.length ? parts.length - 1 : Number(limit)
  const count = Math.min(times, parts.length - 1)
  meter.spendText(text.length + count * Math.max(by.length - old.length, 0))
  return parts.slice(0, count + 1).join(by) + restOf(parts, count, old)
}

function restOf(parts: readonly string[], count: number, old: string): string {
  const left = parts.slice(count + 1)
  return left.length === 0 ? '' : old + left.join(old)
}

/** What is before, between and behind the characters. */
function between(text: string, meter: Meter): string[] {
  return ['', ...(iterate(text, meter) as string[]), '']
}

function truncate(value: Value, args: readonly Value[], killWords: boolean, meter: Meter): Value {
  const [length, end, leeway] = args as [Value, Value, Value]
  const [most, more] = [toInteger(length), leeway === null ? 5n : toInteger(leeway)]
  if (most === null || more === null || typeof end !== 'string')
    throw new Problem('The length and the leeway of truncate must be integers, its end a text.')
  const endLength = lengthOf(end, meter)
  if (most < endLength || more < 0n)
    throw new Problem(
      'The length of truncate must not be less than its end, its leeway not negative.',
    )
  if (BigInt(count(value, meter)) <= most + more) return value
  if (typeof value !== 'string')
    throw new Problem(`${kindOf(value)} cannot be truncated: make it a text.`)
  const kept = value.slice(0, offsetOf(value, Number(most) - endLength))
  meter.spendText(kept.length + end.length)
  const lastSpace = kept.lastIndexOf(' ')
  return (killWords || lastSpace === -1 ? kept : kept.slice(0, lastSpace)) + end
}

/** As Python splits lines. */
const lineEnd = new RegExp(`\r\n|[${LINE_ENDS}]`, 'u')

function indent(
  text: string,
  margin: string,
  [withFirst, withBlank]: readonly [boolean, boolean],
  meter: Meter,
): string {
  meter.spendText(text.length)
  // Jinja adds a line end before it looks for them
  const lines = text.replace(/\r$/, '').split(lineEnd)
  meter.spend(lines.length)
  meter.spendText(text.length + lines.length * margin.length)
  const indented = lines.map((line, i) => {
    const isMeant = i === 0 ? withFirst : withBlank || line !== ''
    return isMeant ? margin + line : line
  })
  return indented.join('\n')
}
