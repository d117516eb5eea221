import { type Start, startRuns, takeIds } from '../../src/kernel/runs.ts'
import { advanceTasks, claimTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { registerWorker } from '../../src/kernel/workers.ts'
import type { Lab } from './lab.ts'

const INFO = { host: 'focused', pid: 0, queues: null, workflows: [] }

/** What random histories see too seldom. Returns what is wrong, or null. */
export async function focused(lab: Lab): Promise<string | null> {
  return (await blameOfSuspects(lab)) ?? (await endingByStaleOwner(lab))
}

/** A run whose workers die is suspected from the second death on; then only it is blamed. */
async function blameOfSuspects(lab: Lab): Promise<string | null> {
  const [poison, neighbour] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, poison)])
  for (let death = 1; death <= 3; death++) {
    if (death === 3) await startRuns(lab.db, lab.tenant, [start(lab, neighbour)])
    const { worker } = await claim(lab)
    await kill(lab, worker)
  }
  const rows = await lab.ask<{ crashes: number }>(
    'select crashes from millrace.live where run_id = any ($1) order by run_id',
    [[poison, neighbour]],
  )
  await cancel(lab, [poison, neighbour])
  const crashes = rows.map((row) => row.crashes).join()
  if (crashes === '3,0') return null
  return `a suspect and its neighbour have ${crashes} deaths after the third, not 3,0`
}

/** The call that only ends runs has a path of its own through the kernel. */
async function endingByStaleOwner(lab: Lab): Promise<string | null> {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { worker, tasks } = await claim(lab)
  await kill(lab, worker)
  await claim(lab)
  const { task, fence } = tasks[0] as LeasedTask
  const end = {
    run,
    task,
    fence,
    parent: null,
    op: 'c',
    length: 0,
    rows: [],
    output: '{}',
  } as const
  const [verdict] = await advanceTasks(lab.db, lab.tenant, [end])
  await cancel(lab, [run])
  return verdict?.kind === 'stale' ? null : `a stale owner ended a run: ${verdict?.kind}`
}

async function drawTwo(lab: Lab): Promise<[string, string]> {
  const first = await takeIds(lab.db)
  return [String(first + 1n), String(first + 2n)]
}

function start(lab: Lab, id: string): Start {
  const route = lab.slots[0]?.routes[0] as number
  return { id, route, delayMs: null, input: '{"seed":"x","depth":0}', meta: null }
}

async function claim(lab: Lab): Promise<{ worker: string; tasks: LeasedTask[] }> {
  const worker = await registerWorker(lab.db, lab.tenant, 60_000, INFO, '0')
  const routes = lab.slots[0]?.routes.slice(0, 1) as number[]
  const call = { worker, epoch: 0, routes, after: ['0'], want: 10, suspect: true, idle: false }
  const { tasks } = await claimTasks(lab.db, lab.tenant, call)
  return { worker, tasks }
}

async function kill(lab: Lab, worker: string): Promise<void> {
  await lab.ask('update millrace.workers set expires_at = clock_timestamp() where id = $1', [
    worker,
  ])
  await lab.ask('select millrace.recover()')
}

async function cancel(lab: Lab, runs: string[]): Promise<void> {
  await lab.ask('select millrace.cancel_runs($1, $2, null)', [lab.tenant, runs])
}
