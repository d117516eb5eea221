import { attributeOf, attributeParts, count, itemAt } from '../access.ts'
import { Problem } from '../expression-error.ts'
import { type Filter, filter } from '../filter.ts'
import type { Meter } from '../meter.ts'
import { toInteger } from '../numbers.ts'
import { calculate } from '../operators.ts'
import { Dict, defined, iterate, kindOf, List, Tuple, Undefined, type Value } from '../value.ts'

const length = filter([], (value, _, { meter }) => BigInt(count(value, meter)))

/** Filters of lists, also of the characters of a text and the keys of a mapping. */
export const listFilters: Readonly<Record<string, Filter>> = {
  length,
  count: length,
  list: filter([], (value, _, { meter }) => List.of(iterate(value, meter))),
  first: filter([], (value, _, { meter }) => end(value, 0, 'first', meter)),
  last: filter([], (value, _, { meter }) => end(value, -1, 'last', meter)),
  reverse: filter([], (value, _, { meter }) => {
    const items = [...iterate(value, meter)].reverse()
    return typeof value === 'string' ? items.join('') : List.of(items)
  }),
  items: filter([], (value, _, { meter }) => List.of(pairsOf(value, meter))),
  sum: filter(
    [
      ['attribute', null],
      ['start', 0n],
    ],
    (value, [name, start], { meter }) => {
      if (typeof start === 'string') throw new Problem('Texts are not summed up: use join.')
      const parts = name === null ? null : attributeParts(name as Value)
      return iterate(value, meter).reduce((sum, item) => {
        const one = parts === null ? item : attributeOf(item, parts, meter)
        return calculate('+', sum, one, meter)
      }, start as Value)
    },
  ),
  batch: filter([['linecount'], ['fill_with', null]], (value, [size, fill], { meter }) =>
    batch(iterate(value, meter), toCount(size as Value, 'batch'), fill as Value, meter),
  ),
  slice: filter([['slices'], ['fill_with', null]], (value, [slices, fill], { meter }) =>
    divide(iterate(value, meter), toCount(slices as Value, 'slice'), fill as Value, meter),
  ),
}

/** The pairs of a mapping, as tuples. @throws Problem */
export function pairsOf(value: Value, meter: Meter): readonly Tuple[] {
  const known = defined(value)
  if (!(known instanceof Dict))
    throw new Problem(`${kindOf(known)} has no pairs of key and value. Give a mapping.`)
  return known.keys(meter).map((key) => new Tuple([key, known.get(key) as Value]))
}

function end(value: Value, index: 0 | -1, which: string, meter: Meter): Value {
  const known = defined(value)
  const isShort = known instanceof List || known instanceof Tuple || typeof known === 'string'
  const found = isShort ? itemAt(known, index, meter) : iterate(known, meter).at(index)
  if (found !== undefined) return found
  return new Undefined(`the ${which} item`, () => `is not there; ${kindOf(known)} is empty`)
}

function toCount(value: Value, what: string): number {
  const number = toInteger(defined(value))
  if (number === null || number <= 0n)
    throw new Problem(`${what} needs a count of at least 1, as an integer.`)
  return Number(number)
}

function batch(items: readonly Value[], size: number, fill: Value, meter: Meter): List {
  const rows: Value[][] = []
  for (let i = 0; i < items.length; i += size) rows.push(items.slice(i, i + size))
  const last = rows.at(-1)
  if (last !== undefined && fill !== null) {
    meter.spend(size - last.length)
    while (last.length < size) last.push(fill)
  }
  meter.spend(items.length + rows.length)
  return List.of(rows.map((row) => List.of(row)))
}

/** As many lists as are asked for, the first ones with one item more where it does not come out even. */
function divide(items: readonly Value[], slices: number, fill: Value, meter: Meter): List {
  meter.spend(items.length + slices)
  const least = Math.floor(items.length / slices)
  const longer = items.length % slices
  const rows = Array.from({ length: slices }, (_, i) => {
    const start = i * least + Math.min(i, longer)
    const row = items.slice(start, start + least + (i < longer ? 1 : 0))
    return fill !== null && i >= longer ? [...row, fill] : row
  })
  return List.of(rows.map((row) => List.of(row)))
}
