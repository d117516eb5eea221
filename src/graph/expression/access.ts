import { MAX_EXPRESSION } from '../../model/limits.ts'
import { cut, Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'
import { toInteger } from './numbers.ts'
import { characterAt, itemsOf, lengthOf, offsetOf } from './text.ts'
import { Dict, defined, iterate, kindOf, List, Tuple, Undefined, type Value } from './value.ts'

/** So many names are in a message, each cut to so many characters. */
const NAMES_SHOWN = 10
const NAME_SHOWN = 40

/** How an error names what was read, and what it was read of. */
export type Paths = {
  readonly path: string
  readonly basePath: string
  readonly offset?: number
}

/** They are only found where something is missing. */
export type FindPaths = () => Paths

/** What has a name in a value: own properties of mappings, and nothing of anything else. */
export function attribute(base: Value, name: string, paths: FindPaths): Value {
  const known = defined(base)
  const found =
    known instanceof Dict
      ? known.get(name)
      : known instanceof Tuple
        ? known.items[known.names.indexOf(name)]
        : undefined
  // null is a value
  return found === undefined ? missing(known, paths) : found
}

/** What has an index or a key in a value; a negative index counts from the end. */
export function item(base: Value, key: Value, paths: FindPaths, meter: Meter): Value {
  const known = defined(base)
  if (typeof key === 'string') return attribute(known, key, paths)
  if (known instanceof Dict) {
    defined(key)
    return missing(known, paths)
  }
  const index = toInteger(key)
  if (index === null) return missing(known, paths)
  const found = itemAt(known, Number(index), meter)
  return found === undefined ? missing(known, paths) : found
}

/** undefined: there is no such index. */
export function itemAt(base: Value, index: number, meter: Meter): Value | undefined {
  if (typeof base === 'string') return characterAt(base, index, meter)
  const length = base instanceof List ? base.length : base instanceof Tuple ? base.items.length : 0
  const place = index < 0 ? length + index : index
  if (place < 0 || place >= length) return undefined
  return base instanceof List ? base.at(place) : (base as Tuple).items[place]
}

function missing(base: Exclude<Value, Undefined>, paths: FindPaths): Undefined {
  const { path, basePath, offset } = paths()
  const explain = () => `is not there; ${cut(basePath)} ${contents(base)}`
  return new Undefined(path, explain, offset)
}

/** What there is in a value, as the rest of a sentence. */
export function contents(value: Value): string {
  if (value instanceof List) return `has ${value.length} ${value.length === 1 ? 'item' : 'items'}`
  if (!(value instanceof Dict)) return `is ${kindOf(value)}`
  const names = listNames(value)
  return names === '' ? 'is an empty mapping' : `has: ${names}`
}

/** The keys of a mapping, for messages. */
export function listNames(dict: Dict): string {
  const all = dict.names
  const shown = all.slice(0, NAMES_SHOWN).map((name) => cut(name, NAME_SHOWN))
  const more = all.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** `base[start:stop:step]` of a text, a list or a tuple. @throws Problem */
export function slice(base: Value, bounds: readonly Value[], meter: Meter): Value {
  const known = defined(base)
  const [start = null, stop = null, step = null] = bounds.map(toBound)
  const isText = typeof known === 'string'
  if (!isText && !(known instanceof List) && !(known instanceof Tuple))
    throw new Problem(`${kindOf(known)} has no slices. Give a list or a text.`)
  if (step === 0n) throw new Problem('The step of a slice cannot be zero.')
  const range = toRange(count(known, meter), start, stop, step ?? 1n)
  if (isText && range.by === 1) return part(known, range, meter)
  const items = isText ? iterate(known, meter) : itemsOf(known, meter)
  const chosen = select(items, range)
  meter.spend(chosen.length)
  if (isText) return chosen.join('')
  return known instanceof List ? List.of(chosen) : new Tuple(chosen)
}

/** Characters of a text that follow each other. */
function part(text: string, { from, to }: Range, meter: Meter): string {
  meter.spend(Math.max(to, 0) / 16)
  const start = offsetOf(text, from)
  return text.slice(start, offsetOf(text, to - from, start))
}

function toBound(value: Value): bigint | null {
  if (value === null) return null
  const bound = toInteger(defined(value))
  if (bound === null)
    throw new Problem(`The bound of a slice must be an integer, and is ${kindOf(value)}.`)
  return bound
}

/** Indexes from one on, to before another one. */
type Range = { readonly from: number; readonly to: number; readonly by: number }

function toRange(size: number, start: bigint | null, stop: bigint | null, step: bigint): Range {
  const length = BigInt(size)
  const isDown = step < 0n
  const [least, most] = isDown ? [-1n, length - 1n] : [0n, length]
  const clamp = (bound: bigint) => {
    const place = bound < 0n ? bound + length : bound
    return place < least ? least : place > most ? most : place
  }
  const first = start === null ? (isDown ? most : least) : clamp(start)
  const last = stop === null ? (isDown ? least : most) : clamp(stop)
  // a larger step gives one item, as the length does
  const by = Number(step > length ? length + 1n : -step > length ? -length - 1n : step)
  return { from: Number(first), to: Number(last), by }
}

function select<T>(items: readonly T[], { from, to, by }: Range): T[] {
  const chosen: T[] = []
  for (let i = from; by < 0 ? i > to : i < to; i += by) chosen.push(items[i] as T)
  return chosen
}

/** Parts of the attribute that a filter looks at: `'address.lines.0'`. */
export function attributeParts(attribute: Value): readonly Value[] {
  if (attribute === null) return []
  if (typeof attribute !== 'string') return [attribute]
  if (attribute.length > MAX_EXPRESSION)
    throw new Problem(`The path of an attribute has more than ${MAX_EXPRESSION} characters.`)
  return attribute.split('.').map((part) => (/^\d{1,15}$/.test(part) ? BigInt(part) : part))
}

/**
 * The attribute of an item of a list, as filters look at it.
 * @param byDefault instead of what is not there; null: there is no default
 */
export function attributeOf(
  of: Value,
  parts: readonly Value[],
  meter: Meter,
  byDefault: Value = null,
): Value {
  return parts.reduce((base: Value, key, i) => {
    meter.spend(1)
    const found = item(base, key, () => itemPaths(parts, i), meter)
    return found instanceof Undefined && byDefault !== null ? byDefault : found
  }, of)
}

function itemPaths(parts: readonly Value[], index: number): Paths {
  const shown = parts.slice(0, index).map(shownKey).join('.')
  return {
    basePath: index === 0 ? 'the item' : `"${shown}" of the item`,
    path: `"${index === 0 ? '' : `${shown}.`}${shownKey(parts[index] as Value)}" of the item`,
  }
}

function shownKey(key: Value): string {
  return typeof key === 'string' || typeof key === 'bigint'
    ? cut(String(key), NAME_SHOWN)
    : kindOf(key)
}

/** How many items, characters or keys a value has. @throws Problem if it is none that has */
export function count(value: Value, meter: Meter): number {
  const known = defined(value)
  if (typeof known === 'string') return lengthOf(known, meter)
  if (known instanceof List) return known.length
  if (known instanceof Tuple) return known.items.length
  if (known instanceof Dict) return known.size
  throw new Problem(`${kindOf(known)} has no length. Give a list, a text or a mapping.`)
}
