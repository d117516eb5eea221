import { cut, Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'

/**
 * What an expression works with. An integer is a bigint and a float a number, so that 1 and 1.0 differ, as in
 * Python. Data that are given stay as they are, and are looked at where they are needed.
 */
export type Value = null | boolean | bigint | number | string | List | Tuple | Dict | Undefined

/** A list: of the data given, or made by the expression. */
export class List {
  /** The data it is, where it was not made here. */
  readonly raw: readonly unknown[] | null
  readonly #items: readonly Value[] | null

  constructor(raw: readonly unknown[] | null, items: readonly Value[] | null) {
    this.raw = raw
    this.#items = items
  }

  static of(items: readonly Value[]): List {
    return new List(null, items)
  }

  get length(): number {
    return (this.#items ?? (this.raw as readonly unknown[])).length
  }

  /** The item at an index that there is. */
  at(index: number): Value {
    if (this.#items !== null) return this.#items[index] as Value
    return lift(ownValue(this.raw as readonly unknown[], String(index))) ?? null
  }

  /** All items; costs a unit for each. */
  items(meter: Meter): readonly Value[] {
    meter.spend(this.length)
    return this.#items ?? Array.from({ length: this.length }, (_, index) => this.at(index))
  }
}

/** A tuple, which prints in parentheses and is JSON's array. */
export class Tuple {
  readonly items: readonly Value[]
  /** Names of its items: groups have them. */
  readonly names: readonly string[]

  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items
    this.names = names
  }
}

/** A mapping with texts as keys: of the data given, or made by the expression. */
export class Dict {
  /** The data it is, where it was not made here. */
  readonly raw: object | null
  readonly #entries: ReadonlyMap<string, Value> | null
  #keys: readonly string[] | null = null

  constructor(raw: object | null, entries: ReadonlyMap<string, Value> | null) {
    this.raw = raw
    this.#entries = entries
  }

  static of(entries: ReadonlyMap<string, Value>): Dict {
    return new Dict(null, entries)
  }

  get size(): number {
    return this.#entries?.size ?? this.#ownKeys().length
  }

  /** undefined: it has no such key. Only own properties are keys, and no getter is ever called. */
  get(key: string): Value | undefined {
    if (this.#entries !== null) return this.#entries.get(key)
    return lift(ownValue(this.raw as object, key))
  }

  /** Its keys; costs a unit for each. */
  keys(meter: Meter): readonly string[] {
    meter.spend(this.size)
    return this.#entries === null ? this.#ownKeys() : [...this.#entries.keys()]
  }

  /** Some keys, for a message. */
  someKeys(count: number): readonly string[] {
    return [...(this.#entries?.keys() ?? this.#ownKeys())].slice(0, count)
  }

  #ownKeys(): readonly string[] {
    this.#keys ??= Object.keys(this.raw as object).filter((key) => this.get(key) !== undefined)
    return this.#keys
  }
}

/** What was read and is not there: an error as soon as it is used. */
export class Undefined {
  readonly path: string
  readonly #explain: () => string

  /** @param explain what was there instead, as the rest of a sentence that begins with the path */
  constructor(path: string, explain: () => string) {
    this.path = path
    this.#explain = explain
  }

  toProblem(): Problem {
    return new Problem(`${cut(this.path)} ${this.#explain()}`, this.path)
  }
}

/** A value once it is known to be there. @throws Problem */
export function defined<T extends Value>(value: T): Exclude<T, Undefined> {
  if (value instanceof Undefined) throw value.toProblem()
  return value as Exclude<T, Undefined>
}

/** Of the data given; undefined: nothing that JSON knows. */
export function lift(raw: unknown): Value | undefined {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return raw
    case 'number':
      return liftNumber(raw)
    case 'object':
      if (raw === null) return null
      return Array.isArray(raw) ? new List(raw, null) : new Dict(raw, null)
    default:
      return undefined
  }
}

/** As Python reads the JSON text of the number: 1e20 is written in digits, and so an integer. */
function liftNumber(raw: number): bigint | number {
  if (Number.isSafeInteger(raw)) return BigInt(raw)
  return Number.isInteger(raw) && Math.abs(raw) < 1e21 ? BigInt(String(raw)) : raw
}

/** The value of an own property; a getter is not called. */
export function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value
}

/** A value as messages name it. @example kindOf(1n) // 'an integer' */
export function kindOf(value: Value): string {
  if (value === null) return 'none'
  if (value instanceof List) return 'a list'
  if (value instanceof Tuple) return 'a tuple'
  if (value instanceof Dict) return 'a mapping'
  if (value instanceof Undefined) return 'undefined'
  const kinds = { boolean: 'a boolean', bigint: 'an integer', number: 'a float', string: 'a text' }
  return kinds[typeof value as keyof typeof kinds]
}

/** Whether it counts as true: none, false, zero and what is empty do not. */
export function isTruthy(value: Value): boolean {
  const known = defined(value)
  if (known instanceof List) return known.length > 0
  if (known instanceof Tuple) return known.items.length > 0
  if (known instanceof Dict) return known.size > 0
  // NaN is true in Python
  return typeof known === 'number' ? known !== 0 : Boolean(known)
}

/** The items of a list or tuple, the characters of a text, the keys of a mapping. @throws Problem */
export function iterate(value: Value, meter: Meter): readonly Value[] {
  const known = defined(value)
  if (known instanceof List) return known.items(meter)
  if (known instanceof Dict) return known.keys(meter)
  if (known instanceof Tuple) {
    meter.spend(known.items.length)
    return known.items
  }
  if (typeof known === 'string') {
    meter.spend(known.length)
    return [...known]
  }
  throw new Problem(
    `${kindOf(known)} has no items to go through. Give a list, a text or a mapping.`,
  )
}
