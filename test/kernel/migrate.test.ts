import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Database } from '../../src/kernel/database.ts'
import { registerWorkflow, resolveRoute } from '../../src/kernel/definitions.ts'
import { Listener } from '../../src/kernel/listen.ts'
import { checkMigrated, KERNEL_LEVEL, migrate, migrationScript } from '../../src/kernel/migrate.ts'
import { startRuns, takeIds } from '../../src/kernel/runs.ts'
import { advanceTasks, claimTasks } from '../../src/kernel/tasks.ts'
import { registerWorker, watch } from '../../src/kernel/workers.ts'
import { PermissionError, SchemaVersionError } from '../../src/model/errors.ts'
import { asAdmin, createDatabase, createEmptyDatabase } from '../support/database.ts'
import { toAdvance } from '../support/kernel.ts'
import { until } from '../support/until.ts'

describe('migrate', () => {
  test('installs everything at once, and nothing more when it is called again', async () => {
    await using empty = await createEmptyDatabase()
    const db = new Database({ pool: empty.pool })
    const { applied } = await migrate(db)
    expect(applied[0]).toBe('migrations/0001_core.sql')
    expect(applied).toContain('functions/task/claim_tasks.sql')
    expect(applied.at(-1)).toMatch(/^policies\//)
    expect(applied.filter((path) => path.startsWith('testing/'))).toEqual([])
    expect(await migrate(db)).toEqual({ applied: [] })
    await checkMigrated(db)
  })

  test('a dry run says what would be applied, and changes nothing', async () => {
    await using empty = await createEmptyDatabase()
    const db = new Database({ pool: empty.pool })
    const { applied } = await migrate(db, { dryRun: true })
    expect(applied.length).toBeGreaterThan(40)
    expect(await empty.value(`select to_regnamespace('millrace')`)).toBeNull()
    await expect(checkMigrated(db)).rejects.toThrow(/not up to date.*Run "millrace migrate"/)
  })

  test('twice at once from two processes is once', { timeout: 60_000 }, async () => {
    await using empty = await createEmptyDatabase()
    const script = new URL('../support/migrate-process.ts', import.meta.url).pathname
    const run = promisify(execFile)
    const start = () => run(process.execPath, ['--import', 'jiti/register', script, empty.url])
    const ended = await Promise.all([start(), start()])
    const counts = ended.map(({ stdout }) => Number(stdout))
    expect(Math.min(...counts)).toBe(0)
    expect(Math.max(...counts)).toBeGreaterThan(40)
  })

  test('a table that is in use is waited for, for a moment at a time', async () => {
    await using own = await createDatabase({ testClock: false })
    const path = 'policies/tenant_isolation.sql'
    await own.query(`update millrace.repeatables set checksum = 'old' where path = $1`, [path])
    const tx = await own.connect()
    await tx.query('begin; select from millrace.live')
    const migrated = migrate(new Database({ pool: own.pool }))
    const waiting = () =>
      own.value<number>(`select count(*)::int from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.datname = current_database()`)
    await until('it waits', async () => (await waiting()) > 0)
    await until('it steps aside', async () => (await waiting()) === 0)
    await tx.query('commit')
    expect(await migrated).toEqual({ applied: [path] })
    await tx.end()
  })

  test('a function whose file changed is applied again, a migration that changed is refused', async () => {
    await using own = await createDatabase({ testClock: false })
    const db = new Database({ pool: own.pool })
    const path = 'functions/id/take_ids.sql'
    await own.query('update millrace.repeatables set checksum = $1 where path = $2', ['old', path])
    expect(await migrate(db, { dryRun: true })).toEqual({ applied: [path] })
    await expect(checkMigrated(db)).rejects.toThrow(path)
    expect(await migrate(db)).toEqual({ applied: [path] })
    await own.query(
      `update millrace.migrations set checksum = 'old' where name like '%0001_core.sql'`,
    )
    const refused = migrate(db)
    await expect(refused).rejects.toThrow(/0001_core.sql was applied with checksum old/)
    await expect(refused).rejects.toBeInstanceOf(SchemaVersionError)
  })

  test('a kernel that is newer is left alone, or refused if it no longer serves this package', async () => {
    await using own = await createDatabase({ testClock: false })
    const db = new Database({ pool: own.pool })
    const setLevel = (level: string) =>
      own.query(`update millrace.repeatables set checksum = $1 where path = 'level'`, [level])
    await own.query(
      `update millrace.repeatables set checksum = 'newer' where path like 'functions/%'`,
    )
    await setLevel(`${KERNEL_LEVEL + 1} ${KERNEL_LEVEL}`)
    expect(await migrate(db)).toEqual({ applied: [] })
    await checkMigrated(db)
    await setLevel(`${KERNEL_LEVEL + 2} ${KERNEL_LEVEL + 1}`)
    await expect(migrate(db)).rejects.toThrow(/Upgrade the millrace package/)
    await expect(migrate(db)).rejects.toBeInstanceOf(SchemaVersionError)
  })

  test('a failure in the middle leaves nothing', async () => {
    await using empty = await createEmptyDatabase()
    await empty.query('create schema millrace; create table millrace.watchers (id int)')
    await expect(migrate(new Database({ pool: empty.pool }))).rejects.toThrow(/watchers/)
    const tables = await empty.query(
      `select relname from pg_class where relnamespace = 'millrace'::regnamespace`,
    )
    expect(tables).toEqual([{ relname: 'watchers' }])
  })

  test('a database that is not UTF-8 is refused', async () => {
    await using latin = await createEmptyDatabase(`encoding 'LATIN1' locale 'C' template template0`)
    const refused = migrate(new Database({ pool: latin.pool }))
    await expect(refused).rejects.toThrow(/has the encoding LATIN1; payloads are UTF-8/)
    await expect(refused).rejects.toBeInstanceOf(SchemaVersionError)
  })

  test('a role without the right to is told which it needs', async () => {
    await using empty = await createEmptyDatabase()
    const role = `weak_${empty.name}`
    await asAdmin(`create role ${role} login password 'weak'`)
    const url = Object.assign(new URL(empty.url), { username: role, password: 'weak' }).href
    const db = new Database({ connectionString: url })
    try {
      await expect(migrate(db)).rejects.toBeInstanceOf(PermissionError)
      await expect(migrate(db)).rejects.toThrow(/millrace migrate --roles/)
    } finally {
      await db.close()
      await asAdmin(`drop role ${role}`)
    }
  })

  test('the script for psql makes what migrate makes', async () => {
    await using empty = await createEmptyDatabase()
    await empty.query(migrationScript('millrace'))
    await checkMigrated(new Database({ pool: empty.pool }))
  })

  test('the clock of tests is there only where it is asked for', async () => {
    await using own = await createDatabase({ testClock: false })
    expect(await own.value(`select to_regclass('millrace.test_clock')`)).toBeNull()
    const { applied } = await migrate(new Database({ pool: own.pool }), { testing: true })
    expect(applied).toContain('testing/clock.sql')
    expect(applied.filter((path) => !path.startsWith('testing/'))).toEqual([])
    await own.advanceClock(1000)
  })
})

describe('an engine in a schema of another name', () => {
  test('works beside the default one, and neither hears the other', async () => {
    await using own = await createDatabase({ testClock: false })
    const engines = [
      new Database({ connectionString: own.url }),
      new Database({ connectionString: own.url }, { schema: 'engine_2' }),
    ] as const
    await migrate(engines[1])
    const heard = engines.map(() => [] as string[])
    const ready = [false, false]
    const listeners = engines.map(
      (db, i) =>
        new Listener(
          db,
          ['', ':ended'],
          (channel, payload) => heard[i]?.push(`${channel} ${payload}`),
          () => {
            ready[i] = true
          },
        ),
    )
    try {
      for (const listener of listeners) listener.start()
      await until('both listen', () => ready.every(Boolean))
      for (const [i, db] of engines.entries()) {
        await registerWorkflow(db, 1, 'w', '1', { kind: 'function' })
        const { route } = await resolveRoute(db, 1, { name: 'w' })
        const info = { host: 'h', pid: 1, queues: null, workflows: [] }
        const worker = await registerWorker(db, 1, 60_000, info, '0')
        const claim = {
          worker,
          epoch: 0,
          routes: [route],
          after: ['0'],
          want: 5,
          suspect: true,
          idle: true,
        }
        await claimTasks(db, 1, claim)
        const id = String(await takeIds(db))
        await startRuns(db, 1, [{ id, route, delayMs: null, input: String(i), meta: null }])
        await watch(db, 1, '5')
        const { tasks } = await claimTasks(db, 1, claim)
        expect(tasks).toMatchObject([{ run: id, input: String(i) }])
        await advanceTasks(
          db,
          1,
          tasks.map((task) => toAdvance(task, { op: 'c' })),
        )
        await until('its end is heard', () => heard[i]?.includes(`:ended ${id}`))
        expect(heard[i]).toEqual([' ', `:ended ${id}`])
        expect(heard[1 - i]).toEqual(i === 0 ? [] : heard[0])
      }
      const counts = await own.query(
        'select (select count(*)::int from millrace.runs) as one, (select count(*)::int from engine_2.runs) as two',
      )
      expect(counts).toEqual([{ one: 1, two: 1 }])
    } finally {
      for (const listener of listeners) await listener.stop()
      for (const db of engines) await db.close()
    }
  })

  test('refers to nothing of the default one', async () => {
    await using empty = await createEmptyDatabase()
    await migrate(new Database({ pool: empty.pool }, { schema: 'engine_2' }))
    expect(await empty.value(`select to_regnamespace('millrace')`)).toBeNull()
    const strangers = await empty.query(
      `select proname from pg_proc where pronamespace = 'engine_2'::regnamespace and prosrc ~ '\\mmillrace\\M'`,
    )
    expect(strangers).toEqual([])
  })
})
