import type { Json } from '../../model/json.ts'
import { stepsOf } from './pointer.ts'

/** Where a value begins in a text, and where its parts do. */
export type Place = { readonly at: number; readonly parts?: Map<string, Place> | Place[] }

/** What a text says, and where it says it. */
export type ParsedText = { readonly value: Json; readonly place: Place }

/** Why a text cannot be read; `at` is an offset in UTF-16 units. */
export class TextProblem extends Error {
  readonly code: 'SYNTAX_ERROR' | 'TOO_LARGE'
  readonly at: number
  /** JSON pointer of the value, where one was being read. */
  readonly pointer: string

  constructor(
    message: string,
    at: number,
    pointer = '',
    code: 'SYNTAX_ERROR' | 'TOO_LARGE' = 'SYNTAX_ERROR',
  ) {
    super(message)
    this.at = at
    this.pointer = pointer
    this.code = code
  }
}

/** The offset of the value at a pointer; of the last one on the way, where there is none. */
export function offsetOf(root: Place, pointer: string): number {
  let place = root
  for (const step of stepsOf(pointer)) {
    const { parts } = place
    const next = Array.isArray(parts) ? parts[Number(step)] : parts?.get(step)
    if (!next) break
    place = next
  }
  return place.at
}

/** Finds lines and columns, from 1, of the offsets of a text. */
export function lineFinder(text: string): (at: number) => { line: number; column: number } {
  let starts: number[] | undefined
  return (at) => {
    starts ??= lineStarts(text)
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - (starts[low] as number) + 1 }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Why a number cannot be kept as it is written; null if it can. @param source its text */
export function numberProblem(value: number, source: string): string | null {
  if (!Number.isFinite(value)) return `JSON has no ${source}. Leave it out, or quote it as a text.`
  if (Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(source)) return null
  // digits that come back when it is written again are enough
  if (BigInt(source) === BigInt(value) || source.replace(/^\+/, '') === String(value)) return null
  return `The number ${source} has more digits than numbers keep. Quote it as a text.`
}

/** Sets an own property whatever its name: `__proto__` is a key as any other. */
export function setOwn(target: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') target[key] = value
  else
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    })
}
