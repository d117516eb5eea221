import { setTimeout as pause } from 'node:timers/promises'
import { operateRun } from '../../src/kernel/runs.ts'
import { audit, auditMessages } from './audit.ts'
import { helpWaiters } from './events.ts'
import { type FaultyDatabase, Lost } from './faulty-database.ts'
import { sendMessages } from './messages.ts'
import { endSchedule } from './schedules.ts'
import { isRefusal, uuid, type World } from './world.ts'

type Left = {
  readonly run: string
  readonly state: string
  readonly wait_names: (string | null)[] | null
  readonly described: string
}

const LEFT = `
select l.run_id as run, l.state, l.wait_names,
       format('state %s worker %s fence %s seq %s waits %s until %s', l.state, l.worker_id, l.fence, l.seq, l.wait_keys, l.wait_until) as described
from millrace.live l where l.route_id = any ($1) and l.run_id >= $2`

/** Everything works again: whatever stands still is set going, until no run is left. */
export async function heal(world: World, patienceMs: number): Promise<void> {
  const { lab, slot, base, ledger } = world
  const db = world.database('healer')
  const began = performance.now()
  let [moved, before, sent] = [began, '', 0]
  await auditMessages(world)
  await endSchedule(world)
  for (let turn = 0; ; turn++) {
    // a renewal that came late has given a dead worker its whole lease again
    if (turn % 3 === 0)
      await lab.ask(
        'update millrace.workers set expires_at = clock_timestamp() where id = any ($1) and expires_at > clock_timestamp()',
        [[...world.dead]],
      )
    if (turn % 3 === 0)
      for (const chore of ['recover', 'expire_runs', 'tick'])
        await lab.ask(`select millrace.${chore}()`)
    const left = await lab.ask<Left>(LEFT, [slot.routes, base])
    if (left.length === 0 || ledger.violations.length > 0) return
    if (turn % 8 === 0) await audit(world)
    // on a busy machine it takes long; what stands still as long as that, or goes round for ever, is stuck
    const now = left.map(({ run, described }) => `${run} ${described}`).join()
    if (now !== before) moved = performance.now()
    before = now
    if (performance.now() > Math.min(moved + patienceMs, began + 4 * patienceMs)) {
      for (const { run, described } of left) ledger.violated(`run ${run} is stuck: ${described}`)
      return
    }
    if (world.has.events) await helpWaiters(world, turn)
    for (const run of left) sent = await help(world, db, run, sent)
    await pause(12)
  }
}

async function help(
  world: World,
  db: FaultyDatabase,
  { run, state, wait_names: names }: Left,
  sent: number,
): Promise<number> {
  try {
    if (state === 'p') world.ledger.resumed.add(run)
    if (state === 'p') await operateRun(db, 'resume_workflow', uuid(run), {})
    const name =
      state === 'w'
        ? names?.find((wanted) => wanted !== null && !wanted.startsWith('$'))
        : undefined
    if (!name) return sent
    await sendMessages(world, db, [{ run, name, id: `healer-${sent + 1}` }])
    return sent + 1
  } catch (error) {
    if (!isRefusal(error) && !(error instanceof Lost)) throw error
    return sent
  }
}
