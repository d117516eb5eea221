import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { grantedFunctions } from '../../src/cli/roles.ts'
import { WorkflowClient, WorkflowEngine } from '../../src/index.ts'
import { asAdmin, createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder, startMillrace } from './millrace.ts'

// a busy machine starts processes slowly
vi.setConfig({ testTimeout: 60_000 })

describe('an empty database', () => {
  test('is migrated after a look at what would be done', async () => {
    await using db = await createEmptyDatabase()
    const at = { url: db.url }
    const dry = await millrace(['migrate', '--dry-run'], at)
    expect(dry.stdout).toMatch(/^migrations\/0001_core\.sql\n/)
    expect(dry.stderr).toMatch(/files would be applied to schema "millrace"/)
    const lists = await millrace(['runs', 'list'], at)
    expect([lists.code, lists.stderr]).toEqual([6, expect.stringContaining('millrace migrate')])
    const { stdout } = await millrace(['migrate'], at)
    expect(stdout).toMatch(/^✓ schema "millrace": applied 0001_core\.sql.* policy files\n$/)
    const again = await millraceJson<object>(['migrate'], at)
    expect(again).toEqual({ schema: 'millrace', dryRun: false, applied: [] })
    expect((await millrace(['runs', 'list'], at)).code).toBe(0)
  })

  test('is what --sql is for, in a schema of any name', async () => {
    await using db = await createEmptyDatabase()
    const { stdout } = await millrace(['migrate', '--sql', '--schema', 'engine_2'])
    await db.query(stdout)
    const args = ['migrate', '--dry-run', '--schema', 'engine_2']
    expect(await millraceJson<object>(args, { url: db.url })).toMatchObject({ applied: [] })
  })

  test('gets the SQL names of another system where they are asked for', async () => {
    await using db = await createEmptyDatabase()
    const at = { url: db.url }
    const { applied } = await millraceJson<{ applied: string[] }>(
      ['migrate', '--compat', 'pgflow'],
      at,
    )
    expect(applied).toContain('compat/pgflow/start_flow.sql')
    await db.query(`select pgflow.create_flow('a')`)
    expect(await millraceJson<object>(['migrate'], at)).toMatchObject({ applied: [] })
    expect((await millrace(['migrate', '--sql', '--compat', 'pgflow'])).stdout).toContain(
      'create or replace function pgflow.start_flow(',
    )
    const other = await millrace(['migrate', '--compat', 'other'], at)
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('pgflow')])
  })

  test('gets what PostgREST serves where it is asked for, with the rights of its role', async () => {
    await using db = await createEmptyDatabase()
    const at = { url: db.url }
    const { applied } = await millraceJson<{ applied: string[] }>(['migrate', '--api'], at)
    expect(applied).toContain('api/api/views/runs.sql')
    expect(await millraceJson<object>(['migrate'], at)).toMatchObject({ applied: [] })
    const sql = await millrace(['migrate', '--sql', '--api', 'rest'])
    expect(sql.stdout).toContain('create or replace view rest.runs')
    const roles = await millrace(['migrate', '--roles', '--api', 'rest', '--api-role', 'web'])
    expect(roles.stdout).toMatch(/grant select on\n {4}rest\.approvals,/)
    expect(roles.stdout).toContain('create role web nologin')
    expect((await millrace(['migrate', '--roles'])).stdout).not.toContain('authenticated')
    const bad = await millrace(['migrate', '--api', 'millrace'], at)
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('Name another one')])
  })

  test('a schema that cannot be named so: exit code 2', async () => {
    const { code, stderr } = await millrace(['migrate', '--sql', '--schema', 'Not-This'])
    expect([code, stderr.slice(0, 12)]).toEqual([2, 'error MR001:'])
  })
})

describe('roles', () => {
  let db: TestDatabase
  let folder: Awaited<ReturnType<typeof makeFolder>>

  beforeAll(async () => {
    db = await createEmptyDatabase()
    const { stdout } = await millrace(['migrate', '--roles'])
    await runAsAdmin(db, stdout) // without functions: roles and schema
    for (const role of ['client', 'worker', 'migrator', 'server']) {
      await asAdmin(`alter role millrace_${role} password '${role}'`)
    }
    await millraceJson(['migrate'], { url: urlOf('migrator') })
    await runAsAdmin(db, stdout)
    await runAsAdmin(db, stdout) // again: no change
    folder = await makeFolder({
      'workflows/greet.ts': `import { workflow } from 'millrace'
export default workflow('greet', async ({ step, input }) => {
  const name = await step.transaction('ask', async (tx) => (await tx.query('select current_user')).rows[0].current_user)
  const answer = await step.waitFor('answer', { eventName: 'answered' })
  const child = await step.invoke('child', { id: 'child' }, input)
  return { name, answer, child }
})
export const child = workflow('child', async ({ input }) => input)
`,
    })
  })
  afterAll(async () => {
    await db.drop()
    await folder.remove()
  })

  function urlOf(role: string): string {
    const url = new URL(db.url)
    url.username = `millrace_${role}`
    url.password = role
    return url.href
  }

  test('the schema belongs to the owner, not to the migrator', async () => {
    const text = "select nspowner::regrole::text from pg_namespace where nspname = 'millrace'"
    expect(await db.value(text)).toBe('millrace_owner')
  })

  test.each(['client', 'worker', 'server'] as const)(
    'every function of a %s exists, once',
    async (role) => {
      const names = grantedFunctions(role)
      const found = await db.query<{ proname: string }>(
        "select proname from pg_proc where pronamespace = 'millrace'::regnamespace and proname = any ($1)",
        [names],
      )
      expect(found.map(({ proname }) => proname).sort()).toEqual([...names].sort())
    },
  )

  test('are granted what the code calls, and what SQL clients start runs with', async () => {
    const folder = new URL('../../src/kernel/', import.meta.url)
    const files = (await readdir(folder)).filter((name) => !name.startsWith('test'))
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))
    const called = texts.flatMap((text) => [
      ...text.matchAll(/millrace\.(\w+)\(/g),
      ...text.matchAll(/^ {2}\| '(\w+_\w+)'$/gm), // the operations of operateRun
    ])
    const verbs = [
      'cancel',
      'terminate',
      'pause',
      'resume',
      'retry',
      'discard',
      'fork',
      'signal',
      'migrate',
    ]
    const bulk = verbs.map((verb) => `bulk_${verb}`)
    // for who writes SQL: these, and the triggers of their tables
    const others = ['start_workflow', 'define_machine', 'start_entity_of_row', 'keep_entity_row']
    const names = new Set([...called.map(([, name]) => name), ...bulk, ...others])
    const granted = new Set([...grantedFunctions('worker'), ...grantedFunctions('server')])
    expect([...names].sort()).toEqual([...granted].sort())
  })

  test('a worker runs what a client starts, and neither may more', async () => {
    const worker = startMillrace(['worker', '--migrate', 'off'], {
      url: urlOf('worker'),
      cwd: folder.path,
    })
    await worker.says('ready: ')
    const client = new WorkflowClient({ connectionString: urlOf('client') })
    const run = await client.startWorkflow({ workflowId: 'greet', input: { a: 1 } })
    await run.waitForStatus('waiting', { timeoutMs: 15_000 })
    await run.pause()
    await run.resume()
    await run.signal('answered', 42)
    const output = { name: 'millrace_worker', answer: 42, child: { a: 1 } }
    expect(await run.result({ timeout: '15 s' })).toEqual(output)
    expect((await client.getRuns()).items).toHaveLength(2)
    expect(await run.timeline()).not.toHaveLength(0)
    expect(await client.checkProgress({ runId: run.id })).toMatchObject({ status: 'completed' })
    expect(await client.getWorkers()).toHaveLength(1)
    await client.stop()
    expect((await worker.stop('SIGTERM')).code).toBe(0)
    const checks = new WorkflowEngine({ connectionString: urlOf('worker'), migrate: 'check' })
    await checks.start(false)
    await checks.stop()

    const args = ['worker', '--migrate', 'off']
    const refused = await startMillrace(args, { url: urlOf('client'), cwd: folder.path }).ended
    expect([refused.code, refused.stderr.slice(0, 12)]).toEqual([5, 'error MR042:'])
    const path = 'functions/id/take_ids.sql'
    await db.query(`update millrace.repeatables set checksum = 'old' where path = $1`, [path])
    const migrating = await startMillrace(['worker'], { url: urlOf('worker'), cwd: folder.path })
      .ended
    expect([migrating.code, migrating.stderr.slice(0, 12)]).toEqual([5, 'error MR042:'])
    expect(migrating.stderr).toContain('pass --migrate off')
  })

  test('a doctor tells a client from a worker', async () => {
    type Finding = { name: string; status: string; message: string }
    const look = async (role: string) => {
      const { stdout } = await millrace(['doctor', '--json'], { url: urlOf(role) })
      const report = JSON.parse(stdout) as { checks: Finding[] }
      return report.checks.find(({ name }) => name === 'rights')?.message
    }
    expect(await look('client')).toBe('role "millrace_client" may start and steer runs')
    expect(await look('worker')).toBe(
      'role "millrace_worker" may start and steer runs, run workers',
    )
    expect(await look('server')).toBe(
      'role "millrace_server" may start and steer runs, administer tenants',
    )
  })
})

/** In the database of the test, as the superuser. */
async function runAsAdmin(db: TestDatabase, text: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: db.adminUrl })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
