import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { debouncedUntil } from './rules.ts'
import type { World } from './world.ts'

/** What cannot be, in what a claim gave. `asked`: when it began. */
export function problemsOf(task: LeasedTask, world: World, asked: number): string[] {
  const { run } = task
  const { ledger } = world
  // a cancelled run that has undos is handed out for these, and its journal says so
  const undoing = task.journal.some(({ kind }) => kind === 'b')
  const cancelled = undoing ? undefined : ledger.cancelled.get(run)
  const start = ledger.starts.get(run)
  // the cancel of a paused run lets it go on to its undos
  const last = task.journal.filter(({ kind }) => kind === 'p' || kind === 'b').at(-1)
  const goesOn = ledger.resumed.has(run) || ledger.forwarded.has(run) || last?.kind === 'b'
  const paused = goesOn ? undefined : ledger.paused.get(run)
  const until = Math.max(
    start?.delayMs ? start.sentAt + start.delayMs : 0,
    debouncedUntil(ledger, run, asked),
  )
  const early = !ledger.forwarded.has(run) && Date.now() < until
  const ahead = task.journal.some(({ kind, data }) => {
    const effect = 'ref'.includes(kind) ? ledger.effects.get(data ?? '') : undefined
    return effect !== undefined && effect.fence > BigInt(task.fence)
  })
  const times = task.journal.filter(({ kind, name }) => ledger.isEarly(run, kind, name))
  const timers = [...task.waits].flatMap(([key, ms]) => (ms !== null && ms < 0 ? [key] : []))
  // a run that was leased before its time may be somebody else's when its time comes: what that one
  // waits for, this journal cannot know
  const lost = undoing || ledger.isOvertaken(run, task.fence) ? [] : ledger.lostWaits(task)
  return [
    ...(cancelled !== undefined && cancelled < asked
      ? [`run ${run} was claimed after its cancel`]
      : []),
    ...(paused !== undefined && paused < asked
      ? [`run ${run} was claimed although it is paused`]
      : []),
    ...(early ? [`run ${run} was claimed before its delay was over`] : []),
    ...(ahead ? [`the fence of run ${run} went back to ${task.fence}`] : []),
    ...times.map(({ name }) => `run ${run} had its wait "${name}" ended too early`),
    ...timers
      .filter((key) => ledger.isEarly(run, 't', key))
      .map((key) => `run ${run} had its timer "${key}" ended too early`),
    ...lost.map((key) => `run ${run} lost its wait "${key}"`),
  ]
}
