import type { Meter } from './meter.ts'
import { checkInteger } from './meter.ts'
import { stripEnd, stripStart } from './text.ts'

const decimal =
  /^[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/
const infinity = /^([+-]?)inf(?:inity)?$/i
const prefixes: Record<string, number> = { b: 2, o: 8, x: 16 }

/** Longer texts are no numbers that anybody means; reading one takes time that grows with its square. */
const MOST_DIGITS = 4300

/** So many of any base are exact as a float. */
const DIGITS_AT_ONCE = 10

/** A text as Python's float() reads it; null: it does not. */
export function parseFloatText(text: string, meter: Meter): number | null {
  const bare = strip(text, meter)
  if (decimal.test(bare)) return Number(bare.replaceAll('_', ''))
  const sign = infinity.exec(bare)?.[1]
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity
  return /^[+-]?nan$/i.test(bare) ? Number.NaN : null
}

/** A text as Python's int() reads it; null: it does not. `base` null: it is no integer. */
export function parseIntegerText(text: string, base: bigint | null, meter: Meter): bigint | null {
  if (base === null || base === 1n || base < 0n || base > 36n) return null
  const bare = strip(text, meter)
  const [, sign = '', prefix = '', rest = ''] =
    /^([+-]?)(0[box]_?(?=[^_]))?([\s\S]*)$/i.exec(bare) ?? []
  const meant = prefixes[prefix[1]?.toLowerCase() ?? '']
  const isPrefix = meant !== undefined && (base === 0n || base === BigInt(meant))
  const digits = (isPrefix ? rest : prefix + rest).toLowerCase()
  const radix = isPrefix ? meant : base === 0n ? 10 : Number(base)
  if (!/^[\da-z](?:_?[\da-z])*$/.test(digits) || digits.length > MOST_DIGITS) return null
  // with base 0 it is a literal, and those have no zeros before them
  if (base === 0n && !isPrefix && /^0[_0]*[1-9]/.test(digits)) return null
  if (radix !== 10) meter.spend(digits.length / 4)
  const value = fromDigits(digits.replaceAll('_', ''), radix)
  return value === null ? null : checkInteger(sign === '-' ? -value : value)
}

function fromDigits(digits: string, radix: number): bigint | null {
  if (radix === 10) return /^\d+$/.test(digits) ? BigInt(digits) : null
  if ([...digits].some((digit) => Number.parseInt(digit, 36) >= radix)) return null
  let value = 0n
  for (let at = 0; at < digits.length; at += DIGITS_AT_ONCE) {
    const some = digits.slice(at, at + DIGITS_AT_ONCE)
    value = value * BigInt(radix) ** BigInt(some.length) + BigInt(Number.parseInt(some, radix))
  }
  return value
}

function strip(text: string, meter: Meter): string {
  meter.spendText(text.length)
  const bare = stripStart(stripEnd(text))
  // nothing longer is a number
  return bare.length > MOST_DIGITS * 2 ? '' : bare
}
