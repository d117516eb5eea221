import { roundTo } from '../decimal.ts'
import { Problem } from '../expression-error.ts'
import { type Filter, filter } from '../filter.ts'
import type { Meter } from '../meter.ts'
import { parseFloatText, parseIntegerText } from '../number-text.ts'
import * as numbers from '../numbers.ts'
import { calculate } from '../operators.ts'
import { defined, kindOf, type Value } from '../value.ts'

/** Filters of numbers. */
export const numberFilters: Readonly<Record<string, Filter>> = {
  abs: filter([], (value) => {
    const number = numbers.toNumber(defined(value))
    if (number === null) throw new Problem(`${kindOf(value)} has no absolute value.`)
    if (typeof number === 'number') return Math.abs(number)
    return number < 0n ? -number : number
  }),
  int: filter(
    [
      ['default', 0n],
      ['base', 10n],
    ],
    (value, [byDefault, base], { meter }) =>
      toInteger(defined(value), byDefault as Value, base as Value, meter),
  ),
  float: filter([['default', 0]], (value, [byDefault], { meter }) => {
    const known = defined(value)
    const number = numbers.toNumber(known)
    if (number !== null) return numbers.toFloat(number)
    return (typeof known === 'string' ? parseFloatText(known, meter) : null) ?? (byDefault as Value)
  }),
  round: filter(
    [
      ['precision', 0n],
      ['method', 'common'],
    ],
    (value, [precision, method], { meter }) =>
      round(defined(value), precision as Value, method as Value, meter),
  ),
}

function toInteger(value: Value, byDefault: Value, base: Value, meter: Meter): Value {
  if (typeof value === 'string') {
    const whole = parseIntegerText(value, numbers.toInteger(base), meter)
    if (whole !== null) return whole
  }
  const number = typeof value === 'string' ? parseFloatText(value, meter) : numbers.toNumber(value)
  if (number === null || Number.isNaN(number)) return byDefault
  if (typeof number === 'bigint') return number
  if (!Number.isFinite(number)) throw new Problem('Infinity is no integer.')
  return BigInt(Math.trunc(number))
}

function round(value: Value, precision: Value, method: Value, meter: Meter): Value {
  if (method !== 'common' && method !== 'ceil' && method !== 'floor')
    throw new Problem('The method of round must be "common", "ceil" or "floor".')
  if (method !== 'common') {
    const unit = calculate('**', 10n, precision, meter)
    const scaled = calculate('*', value, unit, meter)
    return calculate('/', toWhole(scaled, method), unit, meter)
  }
  const number = numbers.toNumber(value)
  if (number === null) throw new Problem(`${kindOf(value)} cannot be rounded.`)
  // without digits Python gives an integer, but Jinja never asks for that
  const digits = numbers.toInteger(defined(precision))
  if (digits === null) {
    if (precision !== null) throw new Problem(`The precision of round is ${kindOf(precision)}.`)
    return toWhole(roundTo(number, 0), 'floor')
  }
  const most = digits > 5000n ? 5000 : digits < -5000n ? -5000 : Number(digits)
  meter.spend(10 + Math.min(Math.abs(most), 320) / 8)
  return roundTo(number, most)
}

function toWhole(value: Value, method: 'ceil' | 'floor'): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Problem('What is rounded is no finite number.')
  return BigInt(Math[method](value))
}
