import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

/** /proc counts CPU time in ticks of 10 ms on every Linux that Node runs on. */
const TICK_US = 10_000

/**
 * The process that the server's backends belong to; null if the server is not on this machine, in
 * another container, or not on Linux.
 */
export async function findPostmaster(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const fields = readStat(rows[0].pid)
  return fields?.name === 'postgres' ? fields.parent : null
}

/**
 * CPU microseconds of a process and all below it, those that have ended included: the kernel adds
 * what a reaped child used to its parent's count.
 */
export function treeCpu(root: number): number | null {
  const processes = readAll()
  if (!processes.has(root)) return null
  const children = Map.groupBy(processes.values(), (each) => each.parent)
  let total = 0
  for (const queue = [root]; queue.length > 0; ) {
    const pid = queue.pop() as number
    total += processes.get(pid)?.cpuUs ?? 0
    queue.push(...(children.get(pid) ?? []).map((each) => each.pid))
  }
  return total
}

/** Milliseconds of all cores that were at work since the machine started; null where unknown. */
export function machineBusyMs(): number | null {
  try {
    const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
    const [user, nice, system, , , irq, softirq] = first.split(/\s+/).slice(1).map(Number)
    const ticks = [user, nice, system, irq, softirq].reduce((sum = 0, n = 0) => sum + n, 0)
    return ((ticks ?? 0) * TICK_US) / 1000
  } catch {
    return null
  }
}

type Process = { pid: number; name: string; parent: number; cpuUs: number }

function readAll(): Map<number, Process> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = pids.flatMap((pid) => readStat(Number(pid)) ?? [])
  return new Map(found.map((each) => [each.pid, each]))
}

/** One line of /proc; null if the process has ended meanwhile, or there is no /proc. */
function readStat(pid: number): Process | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the name is in brackets and may hold spaces and brackets itself
    const name = line.slice(line.indexOf('(') + 1, line.lastIndexOf(')'))
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { pid, name, parent: Number(fields[1]), cpuUs: ticks * TICK_US }
  } catch {
    return null
  }
}
