import { MAX_EXPRESSION_NUMBER_BITS } from '../../model/limits.ts'
import { splitFloat } from './decimal.ts'
import { Problem } from './expression-error.ts'
import { bitLength, checkInteger, refuseInteger } from './meter.ts'
import type { Value } from './value.ts'

/** An integer or a float. */
export type Num = bigint | number

/** A value as a number: booleans are 1 and 0, as in Python. null: it is none. */
export function toNumber(value: Value): Num | null {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'bigint' || typeof value === 'number' ? value : null
}

/** A value as an integer; null: it is none, as floats are none. */
export function toInteger(value: Value): bigint | null {
  const number = toNumber(value)
  return typeof number === 'bigint' ? number : null
}

/** @throws Problem if an integer is beyond what floats hold. */
export function toFloat(value: Num): number {
  if (typeof value === 'number') return value
  const float = Number(value)
  if (Number.isFinite(float)) return float
  throw new Problem('An integer is too large to become a float.')
}

export function add(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInteger(a + b)
  return toFloat(a) + toFloat(b)
}

export function subtract(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInteger(a - b)
  return toFloat(a) - toFloat(b)
}

export function multiply(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInteger(a * b)
  return toFloat(a) * toFloat(b)
}

/** `/`: always a float, of integers the one that is nearest to the true quotient. */
export function divide(a: Num, b: Num): number {
  refuseZero(b)
  if (typeof a === 'bigint' && typeof b === 'bigint') return divideIntegers(a, b)
  return toFloat(a) / toFloat(b)
}

function divideIntegers(a: bigint, b: bigint): number {
  if (Number.isSafeInteger(Number(a)) && Number.isSafeInteger(Number(b)))
    return Number(a) / Number(b)
  const isNegative = a < 0n !== b < 0n
  const [top, bottom] = [a < 0n ? -a : a, b < 0n ? -b : b]
  // 66 bits of quotient, the last of which says whether anything is left: then it is rounded once
  const shift = 66 - (bitLength(top) - bitLength(bottom))
  const scaled = shift >= 0 ? top << BigInt(shift) : top
  const divisor = shift >= 0 ? bottom : bottom << BigInt(-shift)
  const quotient = (scaled / divisor) | (scaled % divisor === 0n ? 0n : 1n)
  const result = scale(Number(quotient), -shift)
  if (!Number.isFinite(result)) throw new Problem('The quotient is too large for a float.')
  return isNegative ? -result : result
}

/** value * 2 ** power, also where 2 ** power is none that a float holds. */
function scale(value: number, power: number): number {
  let [scaled, left] = [value, power]
  for (; left > 1000; left -= 1000) scaled *= 2 ** 1000
  for (; left < -1000; left += 1000) scaled /= 2 ** 1000
  return scaled * 2 ** left
}

/** `//`: rounded down. */
export function divideDown(a: Num, b: Num): Num {
  refuseZero(b)
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const quotient = a / b
    return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
  }
  return divideFloatsDown(toFloat(a), toFloat(b))
}

/** From the remainder, as Python does it: the quotient itself may be rounded up to the next integer. */
function divideFloatsDown(a: number, b: number): number {
  const rest = a % b
  let quotient = (a - rest) / b
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  const down = Math.floor(quotient)
  return quotient - down > 0.5 ? down + 1 : down
}

/** `%`: with the sign of the divisor. */
export function modulo(a: Num, b: Num): Num {
  refuseZero(b)
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const rest = a % b
    return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
  }
  const divisor = toFloat(b)
  const rest = toFloat(a) % divisor
  if (rest === 0) return divisor < 0 ? -0 : 0
  return rest < 0 !== divisor < 0 ? rest + divisor : rest
}

/** `**` */
export function power(a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n) return integerPower(a, b)
  return floatPower(toFloat(a), toFloat(b))
}

function integerPower(base: bigint, exponent: bigint): bigint {
  if (base === 0n || base === 1n || exponent === 0n) return exponent === 0n ? 1n : base
  if (base === -1n) return exponent % 2n === 0n ? 1n : -1n
  // base ** exponent has at least (bits - 1) * exponent bits
  if (exponent > BigInt(MAX_EXPRESSION_NUMBER_BITS)) refuseInteger()
  if ((bitLength(base) - 1) * Number(exponent) > MAX_EXPRESSION_NUMBER_BITS) refuseInteger()
  return checkInteger(base ** exponent)
}

function floatPower(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1
  if (base === 0 && exponent < 0) throw new Problem('Zero cannot be raised to a negative power.')
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent))
    throw new Problem('The root of a negative number is no number.')
  const result = base ** exponent
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent))
    throw new Problem('The power is too large for a float.')
  if (exponent === 0.5 && base > 0) return Math.sqrt(base)
  return exactPower(base, exponent) ?? result
}

/** JavaScript's powers may be off in the last digit; small integer ones are found exactly and rounded once. */
function exactPower(base: number, exponent: number): number | null {
  const magnitude = Math.abs(base ** exponent)
  const isSmall = Number.isInteger(exponent) && Math.abs(exponent) <= 64
  if (!isSmall || !(magnitude > 1e-290) || !Number.isFinite(magnitude)) return null
  const [mantissa, power] = splitFloat(base)
  const times = Math.abs(exponent)
  const whole = mantissa ** BigInt(times)
  const shift = BigInt(Math.abs(power) * times)
  const [top, bottom] = power < 0 ? [whole, 1n << shift] : [whole << shift, 1n]
  return exponent < 0 ? divideIntegers(bottom, top) : divideIntegers(top, bottom)
}

export function negate(value: Num): Num {
  return -value
}

function refuseZero(divisor: Num): void {
  if (divisor === 0n || divisor === 0) throw new Problem('A number is divided by zero.')
}
