import type { Databases } from './databases.ts'
import { machineBusyMs, treeCpu } from './proc.ts'
import type { Server } from './server.ts'

/** What the machine and the server had used up at one moment. */
export type Reading = {
  /** ms, of the monotonic clock. */
  at: number
  wal: number
  /** CPU microseconds of the whole server; null where they cannot be read. */
  postgresCpu: number | null
  busyMs: number | null
}

/** Between two readings. */
export type Used = {
  seconds: number
  wal: number
  postgresCpu: number | null
  /** Cores at work on average, whoever used them; null where unknown. */
  busyCores: number | null
}

export async function read(server: Server, databases: Databases): Promise<Reading> {
  const wal = await databases.walPosition()
  return {
    at: performance.now(),
    wal,
    postgresCpu: server.pid === null ? null : treeCpu(server.pid),
    busyMs: machineBusyMs(),
  }
}

export function between(from: Reading, to: Reading): Used {
  const ms = to.at - from.at
  return {
    seconds: ms / 1000,
    wal: to.wal - from.wal,
    postgresCpu: minus(to.postgresCpu, from.postgresCpu),
    busyCores: to.busyMs === null || from.busyMs === null ? null : (to.busyMs - from.busyMs) / ms,
  }
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}
