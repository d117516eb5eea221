import type { Session } from '../client/session.ts'
import type { Database } from '../kernel/database.ts'
import { type DueSchedule, dueSchedules, type Firing, fireSchedules } from '../kernel/schedules.ts'
import { InvalidInputError } from '../model/errors.ts'
import { MAX_CATCH_UP } from '../model/limits.ts'
import { planTicks, timesOf } from '../model/ticks.ts'
import { BackgroundWork } from './background-work.ts'

/** Schedules that are looked at in one go. */
const MOST = 100
/** Runs that one call starts, as far as they are of several schedules: it must not take long. */
const MOST_RUNS = 1000
/** Somebody's transaction is at a schedule that is due: it is asked for again after this long. */
const HELD_MS = 100

/** Schedules whose times have come. */
export function scheduleWork(session: Session): BackgroundWork {
  return new BackgroundWork(session, 'starting the runs of schedules', tickSchedules)
}

/**
 * Starts the runs of the schedules that are due now: what their times are only a process knows, the kernel
 * sees to it that each has one run. What is due later a claim tells.
 */
export async function tickSchedules(db: Database): Promise<number | null> {
  const due = await dueSchedules(db, MOST)
  let [some, isHeld]: [Firing[], boolean] = [[], false]
  const fire = async () => {
    const verdicts = some.length === 0 ? [] : await fireSchedules(db, some)
    isHeld ||= verdicts.includes('held')
    some = []
  }
  for (const firing of due.map(planFiring)) {
    if (countTicks(some) + firing.ticks.length > MOST_RUNS) await fire()
    some.push(firing)
  }
  await fire()
  if (isHeld) return HELD_MS
  return due.length === MOST ? 0 : null
}

/** What is to be done about one; where its rule cannot be followed, to say so. */
export function planFiring(due: DueSchedule): Firing {
  const { id, revision, catch_up: catchUp } = due
  try {
    const times = timesOf(ruleOf(due))
    const [after, now] = [due.after_at.getTime(), due.clock.getTime()]
    const plan = planTicks(times, { after, now, catchUp })
    return {
      ...{
        id,
        revision,
        ticks: plan.ticks.map(iso),
        next: plan.next === null ? null : iso(plan.next),
      },
      after: plan.after === null ? null : iso(plan.after),
      ...(plan.isCut ? { note: CUT } : {}),
      ...(plan.next === null ? { problem: OVER } : {}),
    }
  } catch (error) {
    const { code, message } =
      error instanceof InvalidInputError ? error : new InvalidInputError(String(error))
    return { id, revision, ticks: [], after: null, next: null, problem: { code, message } }
  }
}

const CUT = {
  code: 'MR020',
  message: `More than ${MAX_CATCH_UP} times came while there was no worker: only the newest ${MAX_CATCH_UP} were run.`,
}
const OVER = { code: 'MR001', message: 'Its cron has no time any more.' }

function ruleOf({ cron, timezone, every_ms, anchor_at }: DueSchedule) {
  if (cron !== null) return { cron, timezone }
  return { everyMs: Number(every_ms), anchor: (anchor_at as Date).getTime() }
}

function countTicks(firings: readonly Firing[]): number {
  return firings.reduce((sum, { ticks }) => sum + ticks.length, 0)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
