import { attributeOf, attributeParts } from '../access.ts'
import { equals, hashKey, isLess } from '../compare.ts'
import { Problem } from '../expression-error.ts'
import { type Filter, filter } from '../filter.ts'
import type { Meter } from '../meter.ts'
import { toInteger } from '../numbers.ts'
import { areLess, type IsBefore, sorted } from '../sort.ts'
import { defined, isTruthy, iterate, kindOf, List, Tuple, Undefined, type Value } from '../value.ts'
import { pairsOf } from './lists.ts'

/** Filters that compare items; capitals count as small letters unless `case_sensitive` is set. */
export const orderFilters: Readonly<Record<string, Filter>> = {
  sort: filter(
    [
      ['reverse', false],
      ['case_sensitive', false],
      ['attribute', null],
    ],
    (value, [reverse, isExact, name], { meter }) => {
      const names = typeof name === 'string' ? name.split(',') : [name as Value]
      const parts = names.map(attributeParts)
      const keyOf = (item: Value) =>
        parts.map((part) => fold(attributeOf(item, part, meter), isExact as Value, meter))
      const isBefore = (a: Value[], b: Value[]) => areLess(a, b, meter)
      return sort(iterate(value, meter), keyOf, isBefore, reverse as Value)
    },
  ),
  dictsort: filter(
    [
      ['case_sensitive', false],
      ['by', 'key'],
      ['reverse', false],
    ],
    (value, [isExact, by, reverse], { meter }) => {
      if (by !== 'key' && by !== 'value')
        throw new Problem('dictsort sorts by "key" or by "value".')
      const keyOf = (pair: Value) =>
        fold((pair as Tuple).items[by === 'key' ? 0 : 1] as Value, isExact as Value, meter)
      const isBefore = (a: Value, b: Value) => isLess(a, b, meter)
      return sort(pairsOf(value, meter), keyOf, isBefore, reverse as Value)
    },
  ),
  unique: filter(
    [
      ['case_sensitive', false],
      ['attribute', null],
    ],
    (value, [isExact, name], { meter }) => {
      const parts = attributeParts(name as Value)
      const seen = new Set<string>()
      const items = iterate(value, meter).filter((item) => {
        const key = hashKey(fold(attributeOf(item, parts, meter), isExact as Value, meter), meter)
        return seen.size < seen.add(key).size
      })
      return List.of(items)
    },
  ),
  min: extreme('smallest', (key, best, meter) => isLess(key, best, meter)),
  max: extreme('largest', (key, best, meter) => isLess(best, key, meter)),
  groupby: filter(
    [['attribute'], ['default', null], ['case_sensitive', false]],
    (value, [name, byDefault, isExact], { meter }) =>
      group(iterate(value, meter), name as Value, byDefault as Value, isExact as Value, meter),
  ),
}

/** A text in small letters, unless capitals count. */
function fold(value: Value, isExact: Value, meter: Meter): Value {
  if (typeof value !== 'string' || isTruthy(isExact)) return value
  meter.spendText(value.length)
  return value.toLowerCase()
}

function sort<Key>(
  items: readonly Value[],
  keyOf: (item: Value) => Key,
  isBefore: IsBefore<Key>,
  reverse: Value,
): List {
  const isDown = toInteger(reverse)
  if (isDown === null)
    throw new Problem(`reverse must be true or false, and is ${kindOf(reverse)}.`)
  const keyed = items.map((item) => ({ item, key: keyOf(item) }))
  const inOrder =
    isDown === 0n
      ? sorted(keyed, (a, b) => isBefore(a.key, b.key))
      : sorted(keyed, (a, b) => isBefore(b.key, a.key))
  return List.of(inOrder.map(({ item }) => item))
}

type IsBetter = (key: Value, best: Value, meter: Meter) => boolean

/** The first of the items that no other is better than. */
function extreme(which: string, isBetter: IsBetter): Filter {
  return filter(
    [
      ['case_sensitive', false],
      ['attribute', null],
    ],
    (value, [isExact, name], { meter }) => {
      const parts = attributeParts(name as Value)
      const keyed = iterate(value, meter).map((item) => ({
        item,
        key: fold(attributeOf(item, parts, meter), isExact as Value, meter),
      }))
      if (keyed.length === 0)
        return new Undefined(`the ${which} item`, () => `is not there; ${kindOf(value)} is empty`)
      return keyed.reduce((best, one) => (isBetter(one.key, best.key, meter) ? one : best)).item
    },
  )
}

/** Items with the same attribute, in the order of the attribute; each group is (grouper, list). */
function group(
  items: readonly Value[],
  name: Value,
  byDefault: Value,
  isExact: Value,
  meter: Meter,
): List {
  const parts = attributeParts(name)
  const attribute = (item: Value) => attributeOf(item, parts, meter, byDefault)
  const keyOf = (item: Value) => fold(attribute(item), isExact, meter)
  const groups: { key: Value; items: Value[] }[] = []
  const isBefore = (a: Value, b: Value) => isLess(a, b, meter)
  for (const item of sort(items, keyOf, isBefore, false).items(meter)) {
    const [last, key] = [groups.at(-1), keyOf(item)]
    if (last !== undefined && equals(last.key, key, meter)) last.items.push(item)
    else groups.push({ key, items: [item] })
  }
  const tuples = groups.map(({ key, items: members }) => {
    const grouper = isTruthy(isExact) ? key : attribute(members[0] as Value)
    return new Tuple([defined(grouper), List.of(members)], ['grouper', 'list'])
  })
  return List.of(tuples)
}
