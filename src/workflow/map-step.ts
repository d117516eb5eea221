import { InvalidInputError } from '../model/errors.ts'
import { MAX_MAP_ITEMS } from '../model/limits.ts'

/**
 * Runs one step for each item, some at a time, results in order. After the first failure no further
 * item begins, and that failure is thrown.
 */
export async function mapItems<T>(
  key: string,
  count: number,
  concurrency: number,
  runItem: (index: number) => Promise<T>,
): Promise<T[]> {
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
  const results = new Array<T>(count)
  let next = 0
  let failed = false
  const lane = async (): Promise<void> => {
    while (next < count && !failed) {
      const index = next++
      try {
        results[index] = await runItem(index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane))
  return results
}
