import { Problem } from './expression-error.ts'
import type { Num } from './numbers.ts'

/**
 * A float times 10 ** digits as the nearest integer, the even one of two that are as near: exact, where
 * toFixed and toExponential round halves up.
 * @param digits negative: to tens, hundreds and so on
 */
export function scaledToInteger(value: number, digits: number): bigint {
  const [mantissa, exponent] = splitFloat(value)
  const [up, down] = [10n ** BigInt(Math.max(digits, 0)), 10n ** BigInt(Math.max(-digits, 0))]
  const top = mantissa * up * (exponent > 0 ? 1n << BigInt(exponent) : 1n)
  return divideToEven(top, down * (exponent < 0 ? 1n << BigInt(-exponent) : 1n))
}

/** The nearest integer to top / bottom, the even one of two. */
export function divideToEven(top: bigint, bottom: bigint): bigint {
  const [magnitude, sign] = top < 0n ? [-top, -1n] : [top, 1n]
  const quotient = magnitude / bottom
  const twice = (magnitude % bottom) * 2n
  const isUp = twice > bottom || (twice === bottom && quotient % 2n === 1n)
  return sign * (isUp ? quotient + 1n : quotient)
}

/** A finite float as mantissa * 2 ** exponent. */
export function splitFloat(value: number): [mantissa: bigint, exponent: number] {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  const high = bits.getUint32(0)
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4))
  const biased = (high >>> 20) & 0x7ff
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
  return [value < 0 ? -mantissa : mantissa, Math.max(biased, 1) - 1075]
}

/** A number rounded to so many digits after the point, halves to even, as Python's round. */
export function roundTo(value: Num, digits: number): Num {
  if (typeof value === 'bigint') {
    if (digits >= 0) return value
    // more digits than any integer has here
    if (digits < -1300) return 0n
    const unit = 10n ** BigInt(-digits)
    return divideToEven(value, unit) * unit
  }
  // beyond these a float does not change, or nothing of it is left
  if (!Number.isFinite(value) || digits > 323) return value
  if (digits < -308) return value * 0
  const rounded = Number(`${scaledToInteger(value, digits)}e${-digits}`)
  if (!Number.isFinite(rounded)) throw new Problem('The rounded number is too large for a float.')
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded
}

/**
 * A float as Python writes it: the fewest digits that give it back, with an exponent below 1e-4 and from 1e16 on.
 * @example floatText(1) // '1.0'
 * @example floatText(1e16) // '1e+16'
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0.0'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  }
  // between 1e-6 and 1e21 the text of a number has no exponent
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

/** A float with so many digits after the point. @example fixedText(0.125, 2) // '0.12' */
export function fixedText(value: number, digits: number): string {
  const isNegative = value < 0 || Object.is(value, -0)
  const whole = String(scaledToInteger(Math.abs(value), digits)).padStart(digits + 1, '0')
  const text =
    digits === 0 ? whole : `${whole.slice(0, -digits)}.${whole.slice(whole.length - digits)}`
  return isNegative ? `-${text}` : text
}

/** A float with an exponent and so many digits after the point. @example exponentText(12345, 2) // '1.23e+04' */
export function exponentText(value: number, digits: number): string {
  const isNegative = value < 0 || Object.is(value, -0)
  const [mantissa, exponent] = exponentParts(Math.abs(value), digits)
  const point = digits === 0 ? mantissa : `${mantissa[0]}.${mantissa.slice(1)}`
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `${isNegative ? '-' : ''}${point}e${power}`
}

/** The digits, one more than those after the point, and the exponent of the first one. */
export function exponentParts(
  magnitude: number,
  digits: number,
): [mantissa: string, exponent: number] {
  if (magnitude === 0) return ['0'.repeat(digits + 1), 0]
  const exponent = Number(magnitude.toExponential().split('e')[1])
  const mantissa = String(scaledToInteger(magnitude, digits - exponent))
  // 9.99 may have become 10.0
  return mantissa.length > digits + 1 ? [mantissa.slice(0, -1), exponent + 1] : [mantissa, exponent]
}
