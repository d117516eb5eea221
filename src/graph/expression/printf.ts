import { exponentParts, exponentText, fixedText } from './decimal.ts'
import { cut, Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'
import { toFloat, toInteger, toNumber } from './numbers.ts'
import { hexEscape, joinTexts, lengthOf, offsetOf, repr, textOf } from './text.ts'
import { Dict, kindOf, List, Tuple, type Value } from './value.ts'

/** One place of a format: %(name)-08.3f */
type Place = {
  readonly flags: string
  readonly width: number
  readonly precision: number | null
  readonly kind: string
}

const place = /%(?:\(([^()]*)\))?([-+ 0#]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([\s\S]?)/g

/**
 * A text whose places `%s`, `%d` and so on are filled in, as Python's `%` does it.
 * @param values a tuple for several places, a mapping for those with a name, else the value of the one place
 * @throws Problem
 */
export function formatText(format: string, values: Value, meter: Meter): string {
  const source = new Source(values)
  const parts: string[] = []
  let from = 0
  meter.spendText(format.length)
  for (const found of format.matchAll(place)) {
    const [whole, name, flags = '', width = '', precision, kind = ''] = found
    parts.push(format.slice(from, found.index))
    from = found.index + whole.length
    meter.spend(1)
    if (whole === '%%') {
      parts.push('%')
      continue
    }
    if (name !== undefined) source.choose(name)
    const given = source.place(flags, width, precision, kind)
    const part = pad(fill(given, source.take(), meter), given, meter)
    meter.spendText(part.length)
    parts.push(part)
  }
  parts.push(format.slice(from))
  source.finish()
  return joinTexts(parts, '', meter)
}

/** Where the values of the places come from. */
class Source {
  readonly #values: Value
  readonly #listed: readonly Value[]
  #next = 0
  #chosen: Value | undefined

  constructor(values: Value) {
    this.#values = values
    this.#listed = values instanceof Tuple ? values.items : [values]
  }

  choose(name: string): void {
    if (!(this.#values instanceof Dict))
      throw new Problem(
        `%(${cut(name, 40)}) needs a mapping, and there is ${kindOf(this.#values)}.`,
      )
    this.#chosen = this.#values.get(name)
    if (this.#chosen === undefined) throw new Problem(`%(${cut(name, 40)}) is not in the mapping.`)
  }

  take(): Value {
    if (this.#chosen !== undefined) {
      const chosen = this.#chosen
      this.#chosen = undefined
      // the mapping then counts as used
      this.#next = this.#listed.length
      return chosen
    }
    if (this.#next >= this.#listed.length)
      throw new Problem('The format has more places than values.')
    return this.#listed[this.#next++] as Value
  }

  place(flags: string, width: string, precision: string | undefined, kind: string): Place {
    const wide = width === '*' ? this.#takeNumber() : Number(width)
    const exact = precision === '*' ? Math.max(this.#takeNumber(), 0) : Number(precision)
    return {
      flags: wide < 0 ? `${flags}-` : flags,
      width: Math.abs(wide),
      precision: precision === undefined ? null : exact,
      kind,
    }
  }

  /** @throws Problem if a value is left over; mappings and lists may be, in Python. */
  finish(): void {
    const isFree = this.#values instanceof Dict || this.#values instanceof List
    if (this.#next < this.#listed.length && !isFree)
      throw new Problem('The format has fewer places than values.')
  }

  #takeNumber(): number {
    const number = toInteger(this.take())
    if (number === null || number > 1_000_000n || number < -1_000_000n)
      throw new Problem('The width of a place must be an integer, and not a large one.')
    return Number(number)
  }
}

function fill({ kind, precision, flags }: Place, value: Value, meter: Meter): string {
  if (precision !== null && precision > 500 && !/[sra]/.test(kind))
    throw new Problem('A place of a format has at most 500 digits.')
  // digits that nobody asked for, and those of large numbers
  meter.spend(20 + (precision ?? 0) / 4)
  switch (kind) {
    case 's':
      return shorten(textOf(value, meter), precision)
    case 'r':
      return shorten(repr(value, meter), precision)
    case 'a':
      return shorten(ascii(repr(value, meter), meter), precision)
    case 'c':
      return character(value, meter)
    case 'd':
    case 'i':
    case 'u':
      return signed(digitsOf(wholeNumber(value), 10, precision), flags)
    case 'x':
    case 'X':
    case 'o':
      return signed(inBase(value, kind, precision, flags), flags)
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return signed(floatPlace(value, kind, precision ?? 6, flags.includes('#')), flags)
    default:
      throw new Problem(
        kind === ''
          ? 'A place of the format is not complete; write %% for a %.'
          : `%${kind} is no place of a format; write %% for a %.`,
      )
  }
}

function shorten(text: string, precision: number | null): string {
  if (precision === null || text.length <= precision) return text
  return text.slice(0, offsetOf(text, precision))
}

function ascii(text: string, meter: Meter): string {
  meter.spendText(text.length * 4)
  return text.replace(/[^\0-\x7f]/gu, (found) => hexEscape(found.codePointAt(0) as number))
}

function character(value: Value, meter: Meter): string {
  if (typeof value === 'string' && lengthOf(value, meter) === 1) return value
  const code = toInteger(value)
  if (code === null || code < 0n || code > 0x10ffffn)
    throw new Problem(`%c needs a character or its number, and there is ${kindOf(value)}.`)
  return String.fromCodePoint(Number(code))
}

function wholeNumber(value: Value): bigint {
  const number = toNumber(value)
  if (number === null) throw new Problem(`%d needs a number, and there is ${kindOf(value)}.`)
  if (typeof number === 'bigint') return number
  if (!Number.isFinite(number)) throw new Problem('%d needs a finite number.')
  return BigInt(Math.trunc(number))
}

function digitsOf(value: bigint, base: number, precision: number | null): string {
  const digits = (value < 0n ? -value : value).toString(base).padStart(precision ?? 1, '0')
  return value < 0n ? `-${digits}` : digits
}

function inBase(value: Value, kind: string, precision: number | null, flags: string): string {
  const number = toInteger(value)
  if (number === null)
    throw new Problem(`%${kind} needs an integer, and there is ${kindOf(value)}.`)
  const digits = digitsOf(number, kind === 'o' ? 8 : 16, precision)
  const prefixed = flags.includes('#') ? digits.replace(/^-?/, `$&0${kind.toLowerCase()}`) : digits
  return kind === 'X' ? prefixed.toUpperCase() : prefixed
}

function floatPlace(value: Value, kind: string, precision: number, isFull: boolean): string {
  const number = toNumber(value)
  if (number === null) throw new Problem(`%${kind} needs a number, and there is ${kindOf(value)}.`)
  const text = floatDigits(toFloat(number), kind.toLowerCase(), precision, isFull)
  return kind < 'a' ? text.toUpperCase() : text
}

function floatDigits(value: number, kind: string, precision: number, isFull: boolean): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const point = isFull && precision === 0 ? '.' : ''
  if (kind === 'f') return fixedText(value, precision) + point
  if (kind === 'e') return exponentText(value, precision).replace('e', `${point}e`)
  const digits = Math.max(precision, 1)
  const [, exponent] = exponentParts(Math.abs(value), digits - 1)
  const isSmall = exponent >= -4 && exponent < digits
  const text = isSmall ? fixedText(value, digits - 1 - exponent) : exponentText(value, digits - 1)
  if (isFull) return text.includes('.') ? text : text.replace(/(?=e|$)/, '.')
  return text.includes('.') ? text.replace(/\.?0*(?=e|$)/, '') : text
}

function signed(text: string, flags: string): string {
  if (text.startsWith('-')) return text
  if (flags.includes('+')) return `+${text}`
  return flags.includes(' ') ? ` ${text}` : text
}

function pad(text: string, { flags, width, kind }: Place, meter: Meter): string {
  const missing = width - lengthOf(text, meter)
  if (missing <= 0) return text
  meter.spendText(text.length + missing)
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0') || /[srac]/.test(kind)) return ' '.repeat(missing) + text
  const lead = /^[-+ ]?(?:0[xXoO])?/.exec(text)?.[0] ?? ''
  return lead + '0'.repeat(missing) + text.slice(lead.length)
}
