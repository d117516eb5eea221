import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { coarse } from '../show/words.ts'
import { type Check, ok, type Patient, row, warn } from './check.ts'

/** A snapshot that is older keeps dead rows from being removed, and the queue gets slower. */
const OLD_MS = 60_000
/** A notification on the same machine takes a millisecond. */
const NOTICE_MS = 2000
/** Only logs and what people read suffer from it. */
const SKEW_MS = 1000

/** The oldest open transaction: nothing that died after it began can be removed. */
export const transactions: Check = {
  name: 'open transactions',
  async look(patient) {
    const { rows } = await patient.db.pool.query<{ ms: string; who: string }>(
      `select extract(epoch from clock_timestamp() - x.since) * 1000 as ms, x.who from (
         select xact_start as since,
           format('process %s of %s (%s, %s)', pid, usename,
             coalesce(nullif(application_name, ''), 'no name'), state) as who
         from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'
         union all select prepared, format('prepared transaction %s', gid) from pg_prepared_xacts) x
       where x.since is not null order by x.since limit 1`,
    )
    const oldest = rows[0]
    if (oldest === undefined) return ok('none')
    const ms = Number(oldest.ms)
    if (ms < OLD_MS) return ok(`the oldest is ${coarse(Math.max(ms, 0))} old`)
    return warn(
      `The oldest is ${coarse(ms)} old: ${oldest.who}.`,
      'End it; idle_in_transaction_session_timeout would have.',
    )
  },
}

/** Whether notifications arrive: through a pooler in transaction mode they do not. */
export const notifications: Check = {
  name: 'notifications',
  async look({ db, schema }) {
    const channel = `${schema}:doctor:${randomUUID()}`
    const client = new pg.Client(db.connectionOptions)
    client.on('error', () => {})
    await client.connect()
    let timer: NodeJS.Timeout | undefined
    try {
      const heard = new Promise<boolean>((resolve) => {
        client.once('notification', () => resolve(true))
        timer = setTimeout(() => resolve(false), NOTICE_MS)
      })
      await client.query(`listen "${channel}"`)
      const { rows } = await client.query(
        'select $1 = any (array(select pg_listening_channels())) as listening',
        [channel],
      )
      if (rows[0].listening) await db.pool.query("select pg_notify($1, '')", [channel])
      if (rows[0].listening && (await heard)) return ok('LISTEN works: workers are woken at once')
      return warn(
        'LISTEN does not work here: a pooler in transaction mode is between.',
        'All works, by looking once a second. For less delay give workers a direct connection.',
      )
    } finally {
      clearTimeout(timer)
      await client.end()
    }
  },
}

/** How far this machine's clock is from the database's, which alone decides. */
export const clock: Check = {
  name: 'clock',
  async look(patient) {
    const { skew, trip } = await measureSkew(patient)
    const ahead = skew > 0 ? 'behind' : 'ahead of'
    const text = `this machine is ${coarse(Math.abs(skew))} ${ahead} the database`
    if (Math.abs(skew) <= SKEW_MS + trip) return ok(text)
    return warn(
      `${text}.`,
      'Only the database decides, but logs will not fit together: set up NTP.',
    )
  },
}

/** The best of three: the shorter the trip, the surer the figure. */
async function measureSkew(patient: Patient): Promise<{ skew: number; trip: number }> {
  const tries: { skew: number; trip: number }[] = []
  for (let i = 0; i < 3; i++) {
    const before = Date.now()
    const { at } = await row<{ at: Date }>(patient, 'select clock_timestamp() as at')
    const after = Date.now()
    tries.push({ skew: at.getTime() - (before + after) / 2, trip: after - before })
  }
  return tries.reduce((best, one) => (one.trip < best.trip ? one : best))
}
