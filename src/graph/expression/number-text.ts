import type { Meter } from './meter.ts'
import { checkInteger } from './meter.ts'
import { SPACES } from './text.ts'

const edges = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, 'gu')
const decimal =
  /^[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/
const infinity = /^([+-]?)inf(?:inity)?$/i
const prefixes: Record<string, number> = { b: 2, o: 8, x: 16 }

/** Longer texts are no numbers that anybody means; reading one takes time that grows with its square. */
const MOST_DIGITS = 4300

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
  const value = fromDigits(digits.replaceAll('_', ''), radix)
  return value === null ? null : checkInteger(sign === '-' ? -value : value)
}

function fromDigits(digits: string, radix: number): bigint | null {
  if (radix === 10) return /^\d+$/.test(digits) ? BigInt(digits) : null
  let value = 0n
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36)
    if (worth >= radix) return null
    value = value * BigInt(radix) + BigInt(worth)
  }
  return value
}

function strip(text: string, meter: Meter): string {
  meter.spendText(text.length)
  // nothing longer is a number, and the edges of a long text take time
  return text.length > MOST_DIGITS * 2 ? '' : text.replace(edges, '')
}
