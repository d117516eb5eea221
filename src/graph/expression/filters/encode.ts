import { isLess } from '../compare.ts'
import { floatText } from '../decimal.ts'
import { Problem } from '../expression-error.ts'
import { type Filter, filter } from '../filter.ts'
import type { Meter } from '../meter.ts'
import { calculate } from '../operators.ts'
import { sorted } from '../sort.ts'
import { integerText, joinTexts, textOf } from '../text.ts'
import { Dict, defined, iterate, List, Tuple, type Value } from '../value.ts'
import { pairsOf } from './lists.ts'

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

const escapeFilter = filter([], (value, _, { meter }) => {
  const text = textOf(value, meter)
  meter.spendText(text.length)
  const escaped = text.replace(/[&<>"']/g, (found) => escapes[found] as string)
  meter.spendText(escaped.length)
  return escaped
})

/** Filters that write values for others to read. */
export const encodingFilters: Readonly<Record<string, Filter>> = {
  escape: escapeFilter,
  e: escapeFilter,
  tojson: filter([['indent', null]], (value, [indent], { meter }) => {
    const step =
      indent === null || typeof indent === 'string'
        ? (indent as string | null)
        : (calculate('*', ' ', indent as Value, meter) as string)
    if (step !== null && typeof step !== 'string')
      throw new Problem('indent is an integer or a text.')
    const text = json(value, step, '\n', meter, 0)
    meter.spendText(text.length)
    return text.replace(/[<>&']/g, (found) => jsonEscape(found))
  }),
  urlencode: filter([], (value, _, { meter }) => {
    const known = defined(value)
    const isPairs = known instanceof Dict || known instanceof List || known instanceof Tuple
    if (!isPairs) return percentEncode(textOf(known, meter), '/', meter)
    const pairs = known instanceof Dict ? pairsOf(known, meter) : iterate(known, meter)
    const texts = pairs.map((pair) => {
      const [key, item] = asPair(pair, meter).map((part) => {
        return percentEncode(textOf(part, meter), '', meter).replaceAll('%20', '+')
      })
      return `${key}=${item}`
    })
    return joinTexts(texts, '&', meter)
  }),
}

function asPair(value: Value, meter: Meter): readonly Value[] {
  const items = iterate(value, meter)
  if (items.length !== 2) throw new Problem('urlencode needs a mapping, or pairs of key and value.')
  return items
}

/** @param safe stays as it is, beside letters, digits and `-_.~` */
function percentEncode(text: string, safe: string, meter: Meter): string {
  meter.spendText(text.length * 3)
  if (/[\ud800-\udfff]/u.test(text))
    throw new Problem('The text has half of a surrogate pair, which has no place in a URL.')
  const encoded = encodeURIComponent(text).replace(/[!'()*]/g, (found) => {
    return `%${found.charCodeAt(0).toString(16).toUpperCase()}`
  })
  return safe === '/' ? encoded.replaceAll('%2F', '/') : encoded
}

/** As Python's json.dumps writes it, with keys in order and in ASCII, as Jinja asks for it. */
function json(
  value: Value,
  step: string | null,
  line: string,
  meter: Meter,
  level: number,
): string {
  const known = defined(value)
  if (known === null) return 'null'
  if (typeof known === 'boolean') return String(known)
  if (typeof known === 'bigint') return integerText(known, meter)
  if (typeof known === 'number') return jsonNumber(known)
  if (typeof known === 'string') return jsonText(known, meter)
  meter.checkDepth(level + 1)
  const within = step === null ? '' : line + step
  const parts =
    known instanceof Dict
      ? sortedKeys(known, meter).map((key) => {
          const item = json(known.get(key) as Value, step, within, meter, level + 1)
          return `${jsonText(key, meter)}: ${item}`
        })
      : iterate(known, meter).map((item) => json(item, step, within, meter, level + 1))
  const [open, close] = known instanceof Dict ? '{}' : '[]'
  if (parts.length === 0) return `${open}${close}`
  const separator = step === null ? ', ' : `,${within}`
  const end = step === null ? '' : line
  return `${open}${within}${joinTexts(parts, separator, meter)}${end}${close}`
}

function sortedKeys(dict: Dict, meter: Meter): string[] {
  return sorted(dict.keys(meter), (a, b) => isLess(a, b, meter))
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Problem(`${floatText(value)} is no number of JSON.`)
  return floatText(value)
}

const jsonEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
}

function jsonText(text: string, meter: Meter): string {
  meter.spendText(text.length)
  const body = text.replace(/["\\]|[^ -~]/g, (found) => jsonEscapes[found] ?? jsonEscape(found))
  meter.spendText(body.length)
  return `"${body}"`
}

function jsonEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
