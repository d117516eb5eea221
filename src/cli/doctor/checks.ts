import { type Check, ok, row } from './check.ts'
import { dispatch } from './dispatch.ts'
import { paused, unserved, workers } from './runs.ts'
import { schedules } from './schedules.ts'
import { isolation, rights, schema } from './schema.ts'
import { connections, settings, version } from './server.ts'
import { clock, notifications, transactions } from './sessions.ts'

/** Whether the database answers at all; without it there is nothing else to look at. */
export const connection: Check = {
  name: 'connection',
  async look(patient) {
    const began = performance.now()
    const found = await row<{ user: string; name: string; address: string | null }>(
      patient,
      `select current_user as user, current_database() as name,
         host(inet_server_addr()) || ':' || inet_server_port() as address`,
    )
    const ms = Math.round(performance.now() - began)
    const where = found.address ?? 'a local socket'
    return ok(`database "${found.name}" at ${where} as "${found.user}", in ${ms} ms`)
  },
}

/** Everything else, in the order in which it is told. */
export const checks: readonly Check[] = [
  version,
  settings,
  connections,
  schema,
  rights,
  isolation,
  workers,
  unserved,
  paused,
  dispatch,
  schedules,
  transactions,
  notifications,
  clock,
]
