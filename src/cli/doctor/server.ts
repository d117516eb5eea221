import { formatDuration } from '../../model/duration.ts'
import { type Check, fail, ok, row, type Verdict, warn } from './check.ts'

/** Statements of the kernel are given so long; a shorter time-out of the server cuts them off. */
const STATEMENT_MS = 30_000
/** Share of max_connections from which on there is little room. */
const CROWDED = 0.85

/** Which server it is. */
export const version: Check = {
  name: 'server',
  async look(patient) {
    const found = await row<{ version: string; num: number; encoding: string; replica: boolean }>(
      patient,
      `select current_setting('server_version') as version, pg_is_in_recovery() as replica,
         current_setting('server_version_num')::int / 10000 as num,
         current_setting('server_encoding') as encoding`,
    )
    const { num, encoding, replica } = found
    const name = `PostgreSQL ${found.version}, ${encoding}`
    if (num < 15) return fail(`${name} is too old.`, 'Use PostgreSQL 15 or newer.')
    if (encoding !== 'UTF8') {
      const remedy = "Make another database: create database … encoding 'UTF8' template template0;"
      return fail(`${name}: payloads are UTF-8.`, remedy)
    }
    if (replica) return fail(`${name} is a read-only replica.`, 'Connect to the primary.')
    return ok(name)
  },
}

type Settings = {
  fsync: string
  synchronous_commit: string
  full_page_writes: string
  autovacuum: string
  default_transaction_isolation: string
  default_transaction_read_only: string
  statement_ms: string
  idle_ms: string
}

/** Settings of the server, the database or the role that break a promise, or cost dearly. */
export const settings: Check = {
  name: 'settings',
  async look(patient) {
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum']
    const more = ['default_transaction_isolation', 'default_transaction_read_only']
    const plain = [...names, ...more].map((name) => `current_setting('${name}') as ${name}`)
    const found = await row<Settings>(
      patient,
      `select ${plain.join(', ')},
         (select setting from pg_settings where name = 'statement_timeout') as statement_ms,
         (select setting from pg_settings
          where name = 'idle_in_transaction_session_timeout') as idle_ms`,
    )
    const problems = judgeSettings(found)
    return problems.length > 0 ? problems : ok('fsync, synchronous_commit and the like are safe')
  },
}

function judgeSettings(found: Settings): Verdict[] {
  const problems: (Verdict | false)[] = [
    found.fsync === 'off' &&
      fail('fsync is off: a crash of the machine destroys the database.', 'Set fsync = on.'),
    found.full_page_writes === 'off' &&
      warn('full_page_writes is off: a crash may destroy pages.', 'Set full_page_writes = on.'),
    found.synchronous_commit === 'off' &&
      warn(
        'synchronous_commit is off: a crash forgets what was acknowledged last.',
        'Set it to on, for the role at least: alter role … set synchronous_commit = on;',
      ),
    found.autovacuum === 'off' &&
      warn('autovacuum is off: the queue grows slower every day.', 'Set autovacuum = on.'),
    found.default_transaction_isolation !== 'read committed' &&
      warn(
        `default_transaction_isolation is ${found.default_transaction_isolation}: claims conflict.`,
        "Set it for the role: alter role … set default_transaction_isolation = 'read committed';",
      ),
    found.default_transaction_read_only === 'on' &&
      fail(
        'default_transaction_read_only is on.',
        'Turn it off for the role: alter role … set default_transaction_read_only = off;',
      ),
    isBelow(found.statement_ms, STATEMENT_MS) &&
      warn(
        `statement_timeout is ${time(found.statement_ms)}: it may cut off the engine's statements.`,
        `Set it to ${STATEMENT_MS / 1000} s or more, or 0, for the role of the engine.`,
      ),
    isBelow(found.idle_ms, STATEMENT_MS) &&
      warn(
        `idle_in_transaction_session_timeout is ${time(found.idle_ms)}: short for step.transaction.`,
        `Set it to ${STATEMENT_MS / 1000} s or more for the role of the engine.`,
      ),
  ]
  return problems.filter((problem) => problem !== false)
}

function time(setting: string): string {
  return formatDuration(Number(setting))
}

/** Zero is "never". */
function isBelow(setting: string, ms: number): boolean {
  return Number(setting) > 0 && Number(setting) < ms
}

/** Whether there is room for more processes. */
export const connections: Check = {
  name: 'connections',
  async look(patient) {
    const { used, most } = await row<{ used: number; most: number }>(
      patient,
      `select count(*)::int as used, current_setting('max_connections')::int as most
       from pg_stat_activity where backend_type = 'client backend'`,
    )
    const text = `${used} of ${most} connections in use`
    if (used < most * CROWDED) return ok(text)
    return warn(
      `${text}.`,
      'A worker takes up to 12: raise max_connections, or put a pooler between.',
    )
  },
}
