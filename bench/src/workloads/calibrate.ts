/** A cell shall last this long at least; aimed at more, as no two runs are equal. */
export const LEAST_SECONDS = 2
const SECONDS = 2.8
/** A trial that lasted this long is judged by; a shorter one is mostly the worker's start. */
const ENOUGH_SECONDS = 0.7
const MOST_GROWTH = 12

/**
 * How many workflows a system needs to be at work for two seconds, found with short trials.
 * @param trial runs n and gives its seconds
 */
export async function calibrate(
  { first = 0, least, most }: { first?: number; least: number; most: number },
  trial: (n: number) => Promise<number>,
): Promise<number> {
  for (let n = Math.min(most, Math.max(1, Math.ceil(first || least / 10))); ; ) {
    const seconds = await trial(n)
    const enough = neededFor(n, seconds, { least, most })
    if (seconds >= ENOUGH_SECONDS || n >= most) return enough
    const growth = Math.min(MOST_GROWTH, Math.max(2, (1.3 * ENOUGH_SECONDS) / seconds))
    n = Math.min(most, Math.ceil(n * growth))
  }
}

/** How many take long enough, when n took this long. */
export function neededFor(
  n: number,
  seconds: number,
  { least, most }: { least: number; most: number },
): number {
  return Math.min(most, Math.max(least, Math.ceil((n / seconds) * SECONDS)))
}
