import { type Report, runHistory } from './history.ts'
import type { Lab, Slot } from './lab.ts'

export type Plan = {
  readonly seed: number
  /** Numbers of the histories, from `first` on. */
  readonly first: number
  readonly count: number
  /** How long a run may take to end once all is healed. */
  readonly patienceMs: number
  /** Histories that fail before the rest is given up. */
  readonly maxFailed: number
  /** After this (performance.now()) no history begins. */
  readonly until?: number
}

export type Failure = Report & { readonly number: number }

/** Runs histories, as many at once as the lab has slots; returns those that failed. */
export async function runCampaign(lab: Lab, plan: Plan): Promise<Failure[]> {
  const failures: Failure[] = []
  let next = plan.first
  const work = async (slot: Slot): Promise<void> => {
    while (next < plan.first + plan.count && failures.length < plan.maxFailed) {
      if (performance.now() > (plan.until ?? Infinity)) return
      const number = next++
      const report = await runHistory(lab, slot, `${plan.seed}:${number}`, plan.patienceMs)
      if (report.violations.length === 0) continue
      failures.push({ ...report, number })
      await clear(lab, slot)
    }
  }
  await Promise.all(lab.slots.map(work))
  return failures
}

/** What a history that failed has left alive would be taken for the next one's. */
async function clear(lab: Lab, { routes }: Slot): Promise<void> {
  await lab.ask(
    `select millrace.cancel_runs($1, array(select run_id from millrace.live where route_id = any ($2) order by 1), null, p_at_once => true)`,
    [lab.tenant, routes],
  )
}

/** A failure as people read it. */
export function describe(seed: number, failure: Failure): string {
  return [
    `HISTORY ${failure.number} of seed ${seed} failed. Again: npm run crash -- --seed ${seed} --history ${failure.number}`,
    ...failure.violations.map((what) => `  ✗ ${what}`),
    ...failure.trace.slice(-250),
  ].join('\n')
}
