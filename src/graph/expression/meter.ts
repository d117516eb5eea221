import {
  MAX_DEPTH,
  MAX_EXPRESSION_FUEL,
  MAX_EXPRESSION_NUMBER_BITS,
  MAX_PAYLOAD_BYTES,
} from '../../model/limits.ts'
import { Problem } from './expression-error.ts'

/** What one evaluation may use. Each limit that is reached is an ExpressionError that names it. */
export type Limits = {
  /**
   * Units of work: one for each part of the expression, for each item that is looked at or copied, and for each 16
   * characters of text that is made. Default 500,000.
   */
  readonly fuel?: number
  /** UTF-8 bytes of the result, and characters of each text on the way to it. Default 1 MiB. */
  readonly bytes?: number
  /** Nesting of the values that are compared, written or given. Default 64. */
  readonly depth?: number
}

/** Counts what an evaluation uses, before it is used. */
export class Meter {
  readonly fuel: number
  readonly bytes: number
  readonly depth: number
  #left: number

  constructor({
    fuel = MAX_EXPRESSION_FUEL,
    bytes = MAX_PAYLOAD_BYTES,
    depth = MAX_DEPTH,
  }: Limits = {}) {
    this.fuel = fuel
    this.bytes = bytes
    this.depth = depth
    this.#left = fuel
  }

  /** What was used until now, in units. */
  get used(): number {
    return this.fuel - this.#left
  }

  /** @throws Problem once the fuel is used up: it stays used up. */
  spend(units: number): void {
    this.#left -= units
    if (!(this.#left >= 0)) {
      this.#left = -1
      throw new Problem(
        `The expression does more than ${group(this.fuel)} units of work (limit "fuel"). Give it less data, or do it in a step.`,
      )
    }
  }

  /** To be called before a text is made. @throws Problem if it would be too long. */
  spendText(characters: number): void {
    if (!(characters <= this.bytes)) this.refuseBytes()
    this.spend(characters / 16)
  }

  /** @throws Problem below the limit; `level` is 0 for the outermost value. */
  checkDepth(level: number): void {
    if (level > this.depth) {
      throw new Problem(
        `The value is nested more than ${this.depth} levels deep (limit "depth"). Make it flatter.`,
      )
    }
  }

  /** @throws Problem always. */
  refuseBytes(): never {
    throw new Problem(
      `The result has more than ${group(this.bytes)} bytes (limit "bytes"). Make less of it.`,
    )
  }
}

const tooLarge = 1n << BigInt(MAX_EXPRESSION_NUMBER_BITS)

/** An integer once it is known not to be too large. */
export function checkInteger(value: bigint): bigint {
  if (value >= tooLarge || value <= -tooLarge) refuseInteger()
  return value
}

/** @throws Problem always. */
export function refuseInteger(): never {
  throw new Problem(
    `An integer has more than ${group(MAX_EXPRESSION_NUMBER_BITS)} bits (limit "number"). Use floats: 10.0 ** 300.`,
  )
}

/** Bits of the magnitude; exact. */
export function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16)
  return hex === '0' ? 0 : hex.length * 4 - Math.clz32(Number.parseInt(hex[0] as string, 16)) + 28
}

function group(number: number): string {
  return number.toLocaleString('en-US')
}
