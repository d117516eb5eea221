import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { type Start, takeIds } from '../../src/kernel/runs.ts'
import { claimTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { registerWorker } from '../../src/kernel/workers.ts'
import type { Lab } from './lab.ts'

export const INFO = { host: 'focused', pid: 0, queues: null, workflows: [] }

/** Does something beside a transaction that is open, and stays so for a while; its commit may be waited for. */
export async function beside<T>(
  lab: Lab,
  open: (client: pg.PoolClient) => Promise<unknown>,
  act: () => Promise<T>,
): Promise<T> {
  const client = await lab.pool.connect()
  try {
    await client.query('begin')
    await open(client)
    const acted = act()
    await Promise.race([acted, pause(300)])
    await client.query('commit')
    return await acted
  } finally {
    client.release()
  }
}

export async function drawTwo(lab: Lab): Promise<[string, string]> {
  const first = await takeIds(lab.db)
  return [String(first + 1n), String(first + 2n)]
}

export function start(lab: Lab, id: string): Start {
  const route = lab.slots[0]?.routes[0] as number
  return { id, route, delayMs: null, input: '{"seed":"x","depth":0}', meta: null }
}

export async function claim(
  lab: Lab,
  route = lab.slots[0]?.routes[0] as number,
  suspect = true,
): Promise<{ worker: string; tasks: LeasedTask[] }> {
  const worker = await registerWorker(lab.db, lab.tenant, 60_000, INFO, '0')
  const call = { worker, epoch: 0, routes: [route], after: ['0'], want: 10, suspect, idle: false }
  const { tasks } = await claimTasks(lab.db, lab.tenant, call)
  return { worker, tasks }
}

export async function kill(lab: Lab, worker: string): Promise<void> {
  await lab.ask('update millrace.workers set expires_at = clock_timestamp() where id = $1', [
    worker,
  ])
  await lab.ask('select millrace.recover()')
}

export async function cancel(lab: Lab, runs: string[]): Promise<void> {
  await lab.ask('select millrace.cancel_runs($1, $2, null)', [lab.tenant, runs])
}
