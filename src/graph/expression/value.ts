import { cut, Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'

/**
 * What an expression works with. An integer is a bigint and a float a number, so that 1 and 1.0 differ, as in
 * Python. Data that are given stay as they are, and are looked at where they are needed.
 */
export type Value = null | boolean | bigint | number | string | List | Tuple | Dict | Undefined

/** The data that one evaluation reads. */
export class Data {
  readonly #meter: Meter
  /** Listing the keys of a mapping takes time, and the same one may be asked for them at each item of a list. */
  readonly #keys = new Map<object, readonly string[]>()

  constructor(meter: Meter) {
    this.#meter = meter
  }

  /** The keys that have a value; costs a unit for each, once. @throws Problem */
  keysOf(raw: object): readonly string[] {
    const known = this.#keys.get(raw)
    if (known !== undefined) return known
    const keys = keysWithValue(raw)
    this.#keys.set(raw, keys)
    this.#meter.spend(keys.length)
    return keys
  }
}

/** A list: of the data given, or made by the expression. */
export class List {
  /** The data it is, where it was not made here. */
  readonly raw: readonly unknown[] | null
  readonly #items: readonly Value[] | null
  readonly #data: Data | null

  private constructor(raw: List['raw'], data: Data | null, items: readonly Value[] | null) {
    this.raw = raw
    this.#data = data
    this.#items = items
  }

  static of(items: readonly Value[]): List {
    return new List(null, null, items)
  }

  static read(raw: readonly unknown[], data: Data): List {
    return new List(raw, data, null)
  }

  get length(): number {
    return this.#items?.length ?? Number(ownValue(this.raw as readonly unknown[], 'length'))
  }

  /** The item at an index that there is. */
  at(index: number): Value {
    if (this.#items !== null) return this.#items[index] as Value
    return lift(ownValue(this.raw as readonly unknown[], String(index)), this.#data as Data) ?? null
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
  readonly #data: Data | null

  private constructor(
    raw: object | null,
    data: Data | null,
    entries: ReadonlyMap<string, Value> | null,
  ) {
    this.raw = raw
    this.#data = data
    this.#entries = entries
  }

  static of(entries: ReadonlyMap<string, Value>): Dict {
    return new Dict(null, null, entries)
  }

  static read(raw: object, data: Data): Dict {
    return new Dict(raw, data, null)
  }

  get size(): number {
    return this.#entries?.size ?? this.#ownKeys().length
  }

  /** undefined: it has no such key. Only own properties are keys, and no getter is ever called. */
  get(key: string): Value | undefined {
    if (this.#entries !== null) return this.#entries.get(key)
    return lift(ownValue(this.raw as object, key), this.#data as Data)
  }

  /** Its keys; costs a unit for each. */
  keys(meter: Meter): readonly string[] {
    meter.spend(this.size)
    return this.#entries === null ? this.#ownKeys() : [...this.#entries.keys()]
  }

  /** Its keys, for a message: free, as nothing comes after it. */
  get names(): readonly string[] {
    return this.#entries === null ? keysWithValue(this.raw as object) : [...this.#entries.keys()]
  }

  #ownKeys(): readonly string[] {
    return (this.#data as Data).keysOf(this.raw as object)
  }
}

/** What was read and is not there: an error as soon as it is used. */
export class Undefined {
  readonly path: string
  readonly #explain: () => string
  readonly #offset: number | undefined

  /**
   * @param explain what was there instead, as the rest of a sentence that begins with the path
   * @param offset where it was read, if that is known
   */
  constructor(path: string, explain: () => string, offset?: number) {
    this.path = path
    this.#explain = explain
    this.#offset = offset
  }

  toProblem(): Problem {
    return new Problem(`${cut(this.path)} ${this.#explain()}`, this.path, this.#offset)
  }
}

/** A value once it is known to be there. @throws Problem */
export function defined<T extends Value>(value: T): Exclude<T, Undefined> {
  if (value instanceof Undefined) throw value.toProblem()
  return value as Exclude<T, Undefined>
}

/** Of the data given; undefined: nothing that JSON knows. */
export function lift(raw: unknown, data: Data): Value | undefined {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return raw
    case 'number':
      return liftNumber(raw)
    case 'object':
      if (raw === null) return null
      return Array.isArray(raw) ? List.read(raw, data) : Dict.read(raw, data)
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

function keysWithValue(raw: object): readonly string[] {
  return Object.keys(raw).filter((key) => {
    const kind = typeof ownValue(raw, key)
    return kind !== 'undefined' && kind !== 'function' && kind !== 'symbol'
  })
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
