import { floatText } from './decimal.ts'
import { cut, Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'
import { Dict, defined, List, ownValue, Tuple, type Value } from './value.ts'

/**
 * A value as JSON. Data of the scope are given as they are, not copied: do not change them.
 * @throws Problem if it is not there, is a number that JSON cannot hold, or is too large
 */
export function toResult(value: Value, meter: Meter): unknown {
  // data that are passed on as a whole are no larger than they were
  if ((value instanceof List || value instanceof Dict) && value.raw !== null) return value.raw
  return new Result(meter).convert(value, 0)
}

/** Converts one value, and counts its bytes: a small expression may name the same large data many times. */
class Result {
  readonly #meter: Meter
  readonly #measured = new Map<object, number>()
  #bytes = 0

  constructor(meter: Meter) {
    this.#meter = meter
  }

  convert(value: Value, level: number): unknown {
    this.#meter.spend(1)
    const known = defined(value)
    if (typeof known === 'string') return this.#counted(known, byteLength(known) + 2)
    if (typeof known === 'bigint') return this.#counted(toExactNumber(known), 1)
    if (typeof known === 'number') return this.#counted(toFiniteNumber(known), 1)
    if (known === null || typeof known === 'boolean') return this.#counted(known, 4)
    if (!(known instanceof Tuple) && known.raw !== null) {
      return this.#counted(known.raw, this.#measure(known.raw, level))
    }
    this.#meter.checkDepth(level + 1)
    if (known instanceof Dict) return this.#convertDict(known, level)
    const items = known instanceof Tuple ? known.items : known.items(this.#meter)
    this.#counted(null, items.length + 2)
    return items.map((item) => this.convert(item, level + 1))
  }

  #convertDict(dict: Dict, level: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    for (const key of dict.keys(this.#meter)) {
      this.#counted(null, byteLength(key) + 4)
      const value = this.convert(dict.get(key) as Value, level + 1)
      // a plain assignment of __proto__ would change the prototype
      Object.defineProperty(object, key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
    return object
  }

  /** About the bytes of data as JSON. */
  #measure(raw: unknown, level: number): number {
    this.#meter.spend(0.25)
    if (typeof raw === 'string') return byteLength(raw) + 2
    if (typeof raw !== 'object' || raw === null) return 4
    const known = this.#measured.get(raw)
    if (known !== undefined) return known
    this.#meter.checkDepth(level + 1)
    let bytes = 2
    for (const key of Object.keys(raw)) {
      bytes += this.#measure(ownValue(raw, key), level + 1) + 1
      if (!Array.isArray(raw)) bytes += byteLength(key) + 3
    }
    this.#measured.set(raw, bytes)
    return bytes
  }

  #counted<T>(value: T, bytes: number): T {
    this.#bytes += bytes
    if (this.#bytes > this.#meter.bytes) this.#meter.refuseBytes()
    return value
  }
}

/** UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** An integer that JSON's readers would not read as another one. */
function toExactNumber(value: bigint): number {
  const number = Number(value)
  const isExact =
    Number.isSafeInteger(number) || (Math.abs(number) < 1e21 && BigInt(String(number)) === value)
  if (isExact) return number
  throw new Problem(
    `The integer ${cut(String(value), 40)} has more digits than a number of JSON keeps. Give it as a text: | string.`,
  )
}

function toFiniteNumber(value: number): number {
  if (Number.isFinite(value)) return value
  throw new Problem(`${floatText(value)} is no number of JSON. Give it as a text: | string.`)
}
