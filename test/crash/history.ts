import { audit } from './audit.ts'
import { Control } from './control.ts'
import { checkEvents, Herald } from './events.ts'
import { heal } from './healing.ts'
import { checkRemains } from './invariants.ts'
import type { Lab, Slot } from './lab.ts'
import { readInput } from './program.ts'
import { type Remains, readRemains } from './remains.ts'
import { checkRules, Starter } from './rules.ts'
import { Clerk, checkSchedule, putFirst } from './schedules.ts'
import { Worker } from './worker.ts'
import { World } from './world.ts'

const WORKERS = 3
const CALLS = 12

/** What came of a history: nothing, or what was violated and how it came to that. */
export type Report = { readonly violations: readonly string[]; readonly trace: readonly string[] }

/**
 * One history: workers and outside callers at once, while all goes wrong that can; then everything is
 * healed, every run ends, and what is left is compared with the ledger.
 */
export async function runHistory(
  lab: Lab,
  slot: Slot,
  seed: string,
  patienceMs: number,
): Promise<Report> {
  const [first] = await lab.ask<{ id: string }>('select millrace.take_ids() as id')
  const world = new World(lab, slot, seed, (first as { id: string }).id)
  const { ledger } = world
  const workers = Array.from({ length: WORKERS }, (_, i) => staff(world, `worker ${i}`))
  if (world.has.schedule) await putFirst(world)
  const clerks = twice(world.has.schedule, (i) => new Clerk(world, `clerk ${i}`).act())
  await Promise.all([
    ...twice(true, (i) => new Control(world, `control ${i}`).act(CALLS)),
    ...twice(world.has.events, (i) => new Herald(world, `herald ${i}`).act(CALLS)),
    ...twice(world.has.rules, (i) => new Starter(world, `starter ${i}`).act(CALLS)),
  ])
  await audit(world)
  world.phase = 'healing'
  await Promise.all(clerks)
  await world.quiet()
  await heal(world, patienceMs).catch((error: unknown) => world.broke('healer', error))
  world.phase = 'over'
  await Promise.all(workers)
  await world.quiet()
  await audit(world)
  const remains = await readRemains(world)
  if (ledger.violations.length === 0) {
    checkRemains(ledger, remains)
    if (world.has.events) await checkEvents(world, remains)
    checkRules(world, remains)
    checkSchedule(world, remains)
  }
  lab.figures.add('histories')
  lab.figures.add('runs', remains.size)
  for (const { outcome, journal, meta, input } of remains.values()) {
    lab.figures.add(`runs ended ${outcome?.status}`)
    for (const [what, is] of countMore({ journal, meta, input })) if (is) lab.figures.add(what)
    lab.figures.add('steps undone', journal.filter(({ kind }) => kind === 'n').length)
  }
  return {
    violations: ledger.violations,
    trace: ledger.violations.length > 0 ? tell(ledger, remains) : [],
  }
}

/** What shows that there were events, rules and schedules. */
function countMore({ journal, meta, input }: Pick<Remains, 'journal' | 'meta' | 'input'>) {
  const rule = Object.keys(meta.rules ?? {})[0] ?? 'none'
  return [
    [`runs by a ${rule}`, rule !== 'none'],
    ['runs of schedules', meta.schedule !== undefined],
    ['runs that events started', readInput(input).event !== undefined],
    ['runs that got events', journal.some(({ data }) => data?.startsWith('{"$event"'))],
  ] as const
}

/** Two of a kind, if there are any. */
function twice(are: boolean, begin: (i: number) => Promise<void>): Promise<void>[] {
  return are ? [begin(0), begin(1)] : []
}

/** A place for a worker: when one is gone, the next begins. */
async function staff(world: World, name: string): Promise<void> {
  for (let i = 0; world.phase !== 'over'; i++) await new Worker(world, `${name}.${i}`).live()
}

/** The part of the trace that is about the runs in question, and what the database holds of them. */
function tell(ledger: World['ledger'], remains: Awaited<ReturnType<typeof readRemains>>): string[] {
  const runs = [...remains.keys()].filter((run) =>
    ledger.violations.some((what) => what.includes(run)),
  )
  const journals = runs.flatMap((run) => [
    `run ${run}: ${JSON.stringify(remains.get(run)?.program)} ${JSON.stringify(remains.get(run)?.outcome)}`,
    ...(remains.get(run)?.journal ?? []).map(
      ({ seq, at, kind, name, data }) =>
        `  ${seq} ${at.toISOString()} ${kind} ${name ?? ''} ${data ?? ''}`,
    ),
  ])
  return [...ledger.trace(runs), ...journals]
}
