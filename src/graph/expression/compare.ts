import { Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'
import { toNumber } from './numbers.ts'
import { includes } from './search.ts'
import { integerText, itemsOf } from './text.ts'
import { Dict, defined, iterate, kindOf, List, Tuple, type Value } from './value.ts'

/** `==`: of any two values; true is 1 and 1 is 1.0. */
export function equals(a: Value, b: Value, meter: Meter, level = 0): boolean {
  const [left, right] = [defined(a), defined(b)]
  meter.spend(1)
  const [x, y] = [toNumber(left), toNumber(right)]
  // biome-ignore lint/suspicious/noDoubleEquals: an integer and a float are compared exactly
  if (x !== null && y !== null) return x == y
  if (typeof left === 'string' && typeof right === 'string') {
    meter.spend(Math.min(left.length, right.length) / 16)
    return left === right
  }
  meter.checkDepth(level)
  if (left instanceof Dict && right instanceof Dict) {
    if (left.size !== right.size) return false
    return left.keys(meter).every((key) => {
      const [one, other] = [left.get(key) as Value, right.get(key)]
      return other !== undefined && equals(one, other, meter, level + 1)
    })
  }
  if (!areSequences(left, right)) return left === right
  const [items, others] = [itemsOf(left, meter), itemsOf(right as typeof left, meter)]
  if (items.length !== others.length) return false
  return items.every((item, i) => equals(item, others[i] as Value, meter, level + 1))
}

/** `<`: of numbers, of texts, of lists and of tuples. @throws Problem of others */
export function isLess(a: Value, b: Value, meter: Meter, level = 0): boolean {
  const [left, right] = [defined(a), defined(b)]
  meter.spend(1)
  const [x, y] = [toNumber(left), toNumber(right)]
  if (x !== null && y !== null) return x < y
  if (typeof left === 'string' && typeof right === 'string') {
    meter.spend(Math.min(left.length, right.length) / 16)
    return isTextLess(left, right)
  }
  if (!areSequences(left, right)) {
    throw new Problem(`${kindOf(left)} and ${kindOf(right)} have no order. Compare like with like.`)
  }
  meter.checkDepth(level)
  const [items, others] = [itemsOf(left, meter), itemsOf(right as typeof left, meter)]
  const at = items.findIndex(
    (item, i) => i >= others.length || !equals(item, others[i] as Value, meter, level + 1),
  )
  if (at === -1 || at >= others.length) return items.length < others.length
  return isLess(items[at] as Value, others[at] as Value, meter, level + 1)
}

/** `<=`, which for numbers is not the contrary of `>`: NaN is neither. */
export function isAtMost(a: Value, b: Value, meter: Meter): boolean {
  return isLess(a, b, meter) || equals(a, b, meter)
}

/** By the order of characters: in UTF-16, surrogates stand before the end of the basic plane. */
function isTextLess(a: string, b: string): boolean {
  const most = Math.min(a.length, b.length)
  for (let i = 0; i < most; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? isCharacterLess(a, b, i) : x < y
  }
  return a.length < b.length
}

/** The characters that differ first may have begun a unit before. */
function isCharacterLess(a: string, b: string, at: number): boolean {
  const begin = /[\ud800-\udbff]/.test(a.charAt(at - 1)) ? at - 1 : at
  const [x, y] = [a.codePointAt(begin) as number, b.codePointAt(begin) as number]
  return x === y ? a.charCodeAt(at) < b.charCodeAt(at) : x < y
}

function areSequences(a: Value, b: Value): a is List | Tuple {
  return (a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)
}

/** `in`: a part of a text, an item, a key. @throws Problem */
export function contains(container: Value, item: Value, meter: Meter): boolean {
  const known = defined(container)
  if (typeof known === 'string') {
    const part = defined(item)
    if (typeof part !== 'string') throw new Problem(`A text cannot have ${kindOf(part)} in it.`)
    meter.spend((known.length + part.length) / 16)
    return includes(known, part)
  }
  if (known instanceof Dict) {
    hashKey(item, meter)
    meter.spend(1)
    return typeof item === 'string' && known.get(item) !== undefined
  }
  if (known instanceof List || known instanceof Tuple) {
    return iterate(known, meter).some((one) => equals(one, item, meter))
  }
  throw new Problem(`${kindOf(known)} has nothing in it. Give a list, a text or a mapping.`)
}

/** Equal for equal values. @throws Problem for lists and mappings, which are no keys */
export function hashKey(value: Value, meter: Meter): string {
  const known = defined(value)
  meter.spend(1)
  if (typeof known === 'string') {
    meter.spend(known.length / 16)
    return `s${known}`
  }
  const number = toNumber(known)
  if (number !== null) {
    const isWhole = typeof number === 'bigint' || Number.isInteger(number)
    return isWhole ? `n${integerText(BigInt(number), meter)}` : `f${number}`
  }
  if (known === null) return '-'
  if (!(known instanceof Tuple)) throw new Problem(`${kindOf(known)} cannot be a key.`)
  const keys = known.items.map((item) => hashKey(item, meter))
  const length = keys.reduce((sum, key) => sum + key.length + 10, 0)
  meter.spendText(length)
  return `t${keys.map((key) => `${key.length}:${key}`).join('')}`
}
