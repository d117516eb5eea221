import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { showSchedules } from '../../src/cli/show/schedules-view.ts'
import { type Schedule, WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder, startMillrace } from './millrace.ts'
import { fakeOutput } from './output.ts'

// a busy machine starts processes slowly
vi.setConfig({ testTimeout: 60_000 })

const report = workflow('report', ({ input }) => input)
const slow = workflow('slow', ({ input }) => input, { queue: 'slow' })

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [report, slow] })
  await engine.start({ drainTimeout: '100 ms' })
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url })

test('put, list, run, pause, resume, delete', async () => {
  const empty = await cli('schedules', 'list')
  expect(empty).toMatchObject({ code: 0, stdout: '' })
  expect(empty.stderr).toContain('schedules put')
  const rule = ['--cron', '0 9 * * 1-5', '--timezone', 'Europe/Vienna', '--overlap', 'queue']
  const put = ['schedules', 'put', 'r', '--workflow', 'report', ...rule, '--input', '{"a": 1}']
  const made = await json<Schedule>(...put, '--tag', 'x')
  expect(made).toMatchObject({ id: 'r', cron: '0 9 * * 1-5', overlap: 'queue', input: { a: 1 } })
  expect(made.nextRuns).toHaveLength(5)
  const every = ['--every', '10 minutes', '--catch-up', 'all']
  await json('schedules', 'put', 'e', '--workflow', 'report', ...every)
  const listed = await cli('schedules')
  expect(listed.stdout).toMatch(/SCHEDULE +WORKFLOW +WHEN +NEXT/)
  expect(listed.stdout).toMatch(/e +report +every 10 min +\d{4}-/)
  expect(listed.stdout).toMatch(/r +report +0 9 \* \* 1-5 Europe\/Vienna +\d{4}-.*queue/)
  expect((await cli('schedules', 'list', '--workflow', 'slow')).stdout).toBe('')
  const { stdout: id } = await cli('schedules', 'run', 'r', '--quiet')
  const run = await engine.getRun({ runId: id.trim() })
  expect(run).toMatchObject({ scheduleId: 'r', tags: ['x'] })
  expect(await run.result()).toEqual({ a: 1 })
  expect((await cli('runs', 'list', '--schedule', 'r', '--quiet')).stdout).toBe(`${run.id}\n`)
  const shown = await cli('runs', 'show', run.id)
  expect(shown.stdout).toMatch(/schedule +r\n/)
  expect((await cli('schedules', 'pause', 'r', '--reason', 'no', '--by', 'ada')).stdout).toContain(
    'paused r',
  )
  expect((await cli('schedules', 'list')).stdout).toMatch(/‖ paused .*\n +paused by ada: no/)
  expect((await cli('schedules', 'resume', 'r')).stdout).toContain('resumed r')
  expect((await cli('schedules', 'delete', 'r')).stdout).toContain('deleted r')
  const gone = await cli('schedules', 'run', 'r')
  expect(gone.code).toBe(3)
  expect(gone.stderr).toContain('no schedule "r"')
})

test('what is wrong with a rule is told, with exit code 2', async () => {
  const put = (...args: string[]) => cli('schedules', 'put', 'bad', '--workflow', 'report', ...args)
  for (const [args, fault] of [
    [[], 'either --cron or --every'],
    [['--cron', '61 * * * *'], 'minute: 61'],
    [['--cron', '0 9 * * *', '--timezone', 'X'], 'timezone "X"'],
    [['--every', '5 ms'], 'at least 100 ms'],
    [['--every', '1 h', '--overlap', 'both'], 'skip, queue, allow, replace'],
    [['--every', '1 h', '--input', '{'], 'not JSON'],
  ] as const) {
    const { code, stderr } = await put(...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(fault)])
  }
  const other = await cli('schedules', 'put', 'bad', '--workflow', 'none', '--every', '1 h')
  expect(other).toMatchObject({ code: 3, stderr: expect.stringContaining('"none"') })
})

test('a schedule with a problem says so under its row', async () => {
  await db.query(`select millrace.put_schedule('odd', 'report', '{"cron": "0 99 * * *"}')`)
  await until('a worker has looked', async () =>
    (await engine.getSchedules()).some(({ problem }) => problem !== null),
  )
  const { stdout } = await cli('schedules', 'list')
  expect(stdout).toMatch(/odd +report .*✗ never/)
  expect(stdout).toMatch(/ {4}MR001 The cron "0 99 \* \* \*" is not valid/)
  const [odd] = (await engine.getSchedules()).filter(({ id }) => id === 'odd')
  const note = { code: 'MR020', message: 'too \u001b[31mmany', at: new Date() }
  const shown = showSchedules(
    [{ ...(odd as Schedule), note, waiting: 3, skipped: 2 }],
    fakeOutput(120),
  )
  expect(shown).toContain('skip (3 waiting, 2 skipped)')
  expect(shown).not.toContain('\u001b[31mmany')
})

test('queues purge counts, and with --yes cancels', async () => {
  const starts = Array.from({ length: 3 }, () => ({ input: 1, options: { delay: '1 hour' } }))
  await engine.startWorkflows(slow, starts)
  const dry = await cli('queues', 'purge', 'slow')
  expect(dry.stdout).toContain('3 runs match. ')
  expect(dry.stderr).toContain('queues purge "slow" --yes')
  const done = await json('queues', 'purge', 'slow', '--yes', '--wait', '--by', 'ada')
  expect(done).toMatchObject({ status: 'completed', matched: 3, done: 3, by: 'ada' })
  expect((await cli('queues', 'purge', 'slow')).stdout).toContain('0 runs')
  // what may be done every night is no fault when there is nothing to do
  expect(await cli('queues', 'purge', 'slow', '--yes', '--wait')).toMatchObject({
    ...{ code: 0, stdout: expect.stringContaining('0 runs') },
  })
  expect(await json('prune', '--older-than', '90 days')).toMatchObject({ id: null, matched: 0 })
})

test('workers drain ends a worker process with 0', async () => {
  await using own = await createDatabase({ testClock: false })
  const index = new URL('../../dist/index.js', import.meta.url).href
  const text = `import { workflow } from '${index}'\nexport const hi = workflow('hi', () => 1)\n`
  await using folder = await makeFolder({
    'workflows/hi.js': text,
    'package.json': '{"type":"module"}',
  })
  const options = { url: own.url, cwd: folder.path }
  const worker = startMillrace(['worker'], options)
  await worker.says('ready: ')
  const none = await millrace(['workers', 'drain'], options)
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--all') })
  const unknown = await millrace(['workers', 'drain', '12'], options)
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('no worker 12') })
  const told = await millraceJson<string[]>(['workers', 'drain', '--all'], options)
  expect(told).toHaveLength(1)
  const { code, stdout, stderr } = await worker.ended
  expect(code).toBe(0)
  expect(stdout + stderr).toMatch(/drain: 0 runs to hand back[\s\S]*stopped/)
})
