import { setTimeout as pause } from 'node:timers/promises'
import { putSchedule, runSchedule, steerSchedule } from '../../src/kernel/schedules.ts'
import { tickSchedules } from '../../src/worker/schedule-work.ts'
import { Actor } from './actor.ts'
import { Lost } from './faulty-database.ts'
import type { Remains } from './remains.ts'
import type { World } from './world.ts'

/** The schedule of a history, and what was said of it. */
export type Scheduled = {
  readonly name: string
  readonly overlap: 'skip' | 'queue' | 'allow' | 'replace'
  /** Nobody changes or pauses it, so none of its times may be missing. */
  readonly isSteady: boolean
  /** Its rules, one after the other: from when they count, in milliseconds. */
  readonly rules: { readonly anchor: number; readonly everyMs: number }[]
  /** Runs that somebody started by hand. */
  readonly byHand: Set<string>
  /** What the row held at its end: up to when its times were seen to, and those that still waited. */
  end: { readonly afterMs: number; readonly waiting: readonly number[] } | null
}

const CALLS = { tick: 30, put: 3, pause: 2, resume: 3, run: 2 } as const
const EVERY = [100, 130]
/** So far back its times go: within ten seconds none is left out for being late. */
const BACK_MS = 900

/** Makes the schedule of a history, which has some times behind it already. */
export async function putFirst(world: World): Promise<void> {
  const random = world.random.fork('schedule')
  const name = `crash ${world.base}`
  const overlap = random.pick(['skip', 'queue', 'allow', 'replace'] as const)
  world.ledger.schedule = {
    ...{ name, overlap, isSteady: random.chance(0.6), rules: [], byHand: new Set(), end: null },
  }
  await world.lab.ask('select millrace.put_schedule($1, $2, $3)', [
    ...[name, world.slot.workflow],
    optionsOf(world, EVERY[0] as number),
  ])
  const [row] = await world.lab.ask<{ anchor: Date }>(
    `update millrace.schedules s
     set anchor_at = s.anchor_at - $2 * interval '1 ms', after_at = s.after_at - $2 * interval '1 ms', revision = s.revision + 1
     where s.name = $1 returning s.anchor_at as anchor`,
    [name, BACK_MS],
  )
  const anchor = (row as { anchor: Date }).anchor.getTime()
  world.ledger.schedule.rules.push({ anchor, everyMs: EVERY[0] as number })
}

function optionsOf({ base, common, ledger }: World, every: number): Record<string, unknown> {
  const input = { seed: `${base} schedule`, depth: 1, k: 0, ...common }
  return { every, overlap: ledger.schedule?.overlap, catch_up: 'all', input }
}

/** A worker as far as it sees to schedules, and a person who changes one. */
export class Clerk extends Actor {
  /** Until all is to be healed. */
  async act(): Promise<void> {
    while (this.world.phase === 'chaos') {
      try {
        await this.#call(this.random.weighted(CALLS))
      } catch (error) {
        this.world.broke(this.name, error)
      }
      await pause(this.random.next() * 12)
    }
  }

  async #call(call: keyof typeof CALLS): Promise<void> {
    const schedule = this.world.ledger.schedule as Scheduled
    const isFree = !schedule.isSteady
    // beside one by hand the last of its times may still be alive: it looks at the last run alone
    if (call === 'run' && schedule.overlap === 'allow') return this.#run(schedule)
    if (call === 'tick' || call === 'run' || !isFree) return this.#tick()
    if (call === 'put') return this.#put(schedule)
    const options = { by: this.name }
    await this.world.surely(() =>
      steerSchedule(this.db, call, schedule.name, call === 'pause' ? options : {}),
    )
  }

  /** Nobody insists: what was not done is still due. */
  async #tick(): Promise<void> {
    await tickSchedules(this.db).catch((error: unknown) => {
      if (!(error instanceof Lost)) throw error
    })
  }

  async #put(schedule: Scheduled): Promise<void> {
    const every = this.random.pick(EVERY)
    const { answer } = await this.world.surely(() =>
      putSchedule(this.db, schedule.name, this.world.slot.workflow, optionsOf(this.world, every)),
    )
    this.#know(schedule, answer.anchor_at as string, answer.every_ms as number)
  }

  #know({ rules }: Scheduled, anchorAt: string, everyMs: number): void {
    rules.push({ anchor: new Date(anchorAt).getTime(), everyMs })
  }

  async #run(schedule: Scheduled): Promise<void> {
    const new_run = this.world.drawId()
    schedule.byHand.add(new_run)
    await this.world.surely(() => runSchedule(this.db, schedule.name, { new_run }))
  }
}

/** Nothing is started by it any more; what it was in the midst of is kept. */
export async function endSchedule({ lab, ledger }: World): Promise<void> {
  const { schedule } = ledger
  if (schedule === null || schedule.end !== null) return
  const [row] = await lab.ask<{ after: Date; waiting: Date[]; problem: object | null }>(
    'delete from millrace.schedules s where s.name = $1 returning s.after_at as after, s.waiting, s.problem',
    [schedule.name],
  )
  if (!row) return ledger.violated(`schedule ${schedule.name} is not there any more`)
  const waiting = row.waiting.map((at) => at.getTime())
  if (row.problem !== null)
    ledger.violated(`schedule has a problem: ${JSON.stringify(row.problem)}`)
  schedule.end = { afterMs: row.after.getTime(), waiting }
}

/** $1: the routes of the history, $2: the least id of its runs. */
export const SCHEDULE_AUDIT = `
select 'is alive beside another of its schedule: ' || string_agg(l.run_id::text, ' ') as what, min(l.run_id) as run
from millrace.live l join millrace.runs r on r.id = l.run_id join millrace.schedules s on s.name = r.meta::json ->> 'schedule'
where l.route_id = any ($1) and l.run_id >= $2 and s.overlap <> 'allow' and r.meta::json ->> 'retried_from' is null
  and l.undo is distinct from 'b' and l.undo_ask is null
group by s.name having count(*) > 1`

/** Each of its times has one run, and where it was left alone none is missing. */
export function checkSchedule({ ledger }: World, remains: ReadonlyMap<string, Remains>): void {
  const { schedule } = ledger
  if (schedule === null) return
  const runs = [...remains.values()].filter(({ meta }) => meta.schedule === schedule.name)
  const ticks = new Map<number, string>()
  for (const { run, meta, retriedFrom } of runs) {
    if (retriedFrom !== null || schedule.byHand.has(run)) continue
    const at = Date.parse(meta.scheduled_for ?? '')
    if (ticks.has(at)) ledger.violated(`run ${run} is of the same time as ${ticks.get(at)}`)
    ticks.set(at, run)
    if (!schedule.rules.some(({ anchor, everyMs }) => at > anchor && (at - anchor) % everyMs === 0))
      ledger.violated(`run ${run} is of ${meta.scheduled_for}, which is no time of its schedule`)
  }
  const { isSteady, overlap, rules, end, name } = schedule
  if (!isSteady || end === null || overlap === 'skip' || overlap === 'replace') return
  const [rule] = rules
  if (rule === undefined || rules.length !== 1) return
  for (let at = rule.anchor + rule.everyMs; at <= end.afterMs; at += rule.everyMs) {
    if (!ticks.has(at) && !end.waiting.includes(at))
      ledger.violated(`schedule ${name} has no run of ${at}`)
  }
}
