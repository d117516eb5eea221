import { cronTimes, type Times } from './cron.ts'
import { LATE_TICK_MS, MAX_CATCH_UP, MIN_EVERY_MS } from './limits.ts'

/** What happens to times that came while there was no worker. */
export type CatchUp = 'none' | 'one' | 'all'

/** By which rule times come: a cron, or a period that is counted from an instant (milliseconds). */
export type TimeRule =
  | { readonly cron: string; readonly timezone: string }
  | { readonly everyMs: number; readonly anchor: number }

/** What is to be done at a look at a schedule. Instants in milliseconds. */
export type TickPlan = {
  /** Times that have come and get a run each, in their order. */
  readonly ticks: readonly number[]
  /** The last time that has come, with a run or without; null: none. */
  readonly after: number | null
  /** The next one; null: there is none any more. */
  readonly next: number | null
  /** There were more than are caught up with. */
  readonly isCut: boolean
}

/** The first span in which the newest times are looked for; each further one is twice as long. */
const FIRST_SPAN_MS = 60_000

/** @throws InvalidInputError for a cron or a zone that cannot be read here */
export function timesOf(rule: TimeRule): Times {
  if ('cron' in rule) return cronTimes(rule.cron, rule.timezone)
  const { everyMs, anchor } = rule
  return {
    next: (after) => anchor + Math.max(Math.floor((after - anchor) / everyMs) + 1, 1) * everyMs,
  }
}

/** The next times after an instant, at most so many. */
export function nextTimes(times: Times, after: number, count: number): Date[] {
  const found: Date[] = []
  for (let at = times.next(after); at !== null && found.length < count; at = times.next(at))
    found.push(new Date(at))
  return found
}

/**
 * Which of the times of a schedule are run now. Those that came within the last ten seconds always are; before
 * that, nobody was there: `all` runs these too (the newest 1,000), `none` none of them, and `one` only the
 * newest of all.
 * @param after times up to this one were seen to
 * @param now the database's clock
 */
export function planTicks(
  times: Times,
  { after, now, catchUp }: { after: number; now: number; catchUp: CatchUp },
): TickPlan {
  const most = catchUp === 'all' ? MAX_CATCH_UP : LATE_TICK_MS / MIN_EVERY_MS + 1
  const due = newestTimes(times, after, now, most)
  const late = due.filter((at) => at < now - LATE_TICK_MS).length
  const kept =
    late === 0 || catchUp === 'all' ? due : catchUp === 'one' ? due.slice(-1) : due.slice(late)
  const first = due.length < most ? null : times.next(after)
  return {
    ticks: kept,
    after: due.at(-1) ?? null,
    next: times.next(now),
    isCut: catchUp === 'all' && first !== null && first < (due[0] as number),
  }
}

/**
 * The newest times of a span, at most so many, in order. They are looked for from its end: after a year
 * without a worker there are half a million minutes.
 */
export function newestTimes(times: Times, after: number, until: number, most: number): number[] {
  const found: number[] = []
  for (let high = until, span = FIRST_SPAN_MS; high > after && found.length < most; span *= 2) {
    const low = Math.max(after, high - span)
    putBefore(found, times, [low, high], most)
    high = low
  }
  return found.slice(-most)
}

/** Puts the times of a span before what was found later; where they are too many, those of its newer half first. */
function putBefore(
  found: number[],
  times: Times,
  [low, high]: readonly [number, number],
  most: number,
): void {
  const some: number[] = []
  for (let at = times.next(low); at !== null && at <= high; at = times.next(at)) {
    some.push(at)
    if (some.length > most) break
  }
  if (some.length <= most) {
    found.unshift(...some)
    return
  }
  const middle = Math.floor((low + high) / 2)
  putBefore(found, times, [middle, high], most)
  if (found.length < most) putBefore(found, times, [low, middle], most)
}
