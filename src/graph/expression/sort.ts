import { equals, isLess } from './compare.ts'
import type { Meter } from './meter.ts'
import type { Value } from './value.ts'

/** Whether one value comes before another one. @throws Problem if they have no order */
export type IsBefore<T> = (a: T, b: T) => boolean

/**
 * Sorts by merging, asking only whether one comes before another, as Python does: a text and a number are an error
 * wherever they meet, and what has the same place stays in order.
 */
export function sorted<T>(items: readonly T[], isBefore: IsBefore<T>): T[] {
  if (items.length < 2) return [...items]
  const middle = items.length >> 1
  const left = sorted(items.slice(0, middle), isBefore)
  const right = sorted(items.slice(middle), isBefore)
  // most lists are in order for the most part
  if (!isBefore(right[0] as T, left.at(-1) as T)) return [...left, ...right]
  const merged: T[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    const [one, other] = [left[i] as T, right[j] as T]
    const isOther = isBefore(other, one)
    merged.push(isOther ? other : one)
    if (isOther) j++
    else i++
  }
  return [...merged, ...left.slice(i), ...right.slice(j)]
}

/** By the first key that differs: keys that are equal need no order, so that two nones are no error. */
export function areLess(a: readonly Value[], b: readonly Value[], meter: Meter): boolean {
  const at = a.findIndex((key, i) => !equals(key, b[i] as Value, meter))
  return at !== -1 && isLess(a[at] as Value, b[at] as Value, meter)
}
