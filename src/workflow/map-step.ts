import { InvalidInputError } from '../model/errors.ts'
import { MAX_MAP_ITEMS } from '../model/limits.ts'
import type { Execution } from './execution.ts'
import { LazySignal } from './lazy-signal.ts'
import { type RunStep, readEnd, runStep } from './run-step.ts'

/** A map that is about to run. */
export type MapStep = {
  readonly key: string
  readonly count: number
  readonly concurrency: number
  /** What the map is given up with. */
  readonly within: LazySignal | undefined
  /** @param group aborted when another item has failed for good, or with the map */
  readonly item: (index: number, group: LazySignal) => RunStep
}

/**
 * Runs one step for each item, some at a time, results in order. After the first failure no further
 * item begins, those that run are given up, and that failure is thrown.
 * @throws StepFailedError; InvalidInputError
 */
export async function mapItems(x: Execution, map: MapStep): Promise<unknown[]> {
  checkMap(map)
  const { key, count, concurrency, item } = map
  const failed = recordedFailure(x, map)
  if (failed !== null) return replayFailure(x, map, failed)
  const results = new Array<unknown>(count)
  const group = new LazySignal()
  const giveUp = (reason: unknown) => group.abort(reason)
  map.within?.listen(giveUp)
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count && !group.aborted) {
      const index = next++
      try {
        results[index] = await runStep(x, item(index, group))
      } catch (error) {
        group.abort(error)
        for (let i = 0; i < next; i++) x.unwait(`~${key}[${i}]`)
        throw error
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane))
  } finally {
    map.within?.unlisten(giveUp)
  }
  return results
}

/** The item that failed for good when the map ran; null if none did, or it has not run. */
function recordedFailure(x: Execution, { key, count }: MapStep): number | null {
  if (x.journal.unseen.size === 0) return null
  for (let i = 0; i < count; i++) {
    if (x.journal.peek(`${key}[${i}]`).end?.kind === 'f') return i
  }
  return null
}

/** Fails as it did then. The items that were given up must not run again for that. */
async function replayFailure(
  x: Execution,
  { key, count, item }: MapStep,
  index: number,
): Promise<never> {
  const failed = `${key}[${index}]`
  const others = new Set<string>()
  const group = new LazySignal()
  for (let i = 0; i < count; i++) {
    if (i === index) continue
    others.add(`${key}[${i}]`)
    const { undo } = item(i, group)
    if (undo && x.journal.peek(undo.key).end) x.undoing.register(undo, true)
  }
  x.skip(others)
  const { end } = x.take(failed, 'step.map', 'fe')
  await x.deliver(failed)
  const ended = readEnd(failed, end as NonNullable<typeof end>)
  throw ended.ok ? new Error(`${failed} has not failed`) : ended.error
}

function checkMap({ key, count, concurrency }: MapStep): void {
  if (count > MAX_MAP_ITEMS) {
    throw new InvalidInputError(
      `Map "${key}" has ${count} items; the limit is ${MAX_MAP_ITEMS}. Map over chunks, or start children.`,
    )
  }
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new InvalidInputError(
      `A concurrency of ${concurrency} for map "${key}" is not a whole number above 0.`,
    )
  }
}
