import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { millrace, millraceJson } from './millrace.ts'

// every command is a process, and a busy machine starts them slowly
vi.setConfig({ testTimeout: 60_000 })

type Run = { id: string; status: string; output: unknown; retriedFrom: string | null }
type Shown = Run & { timeline: { stepId: string; status: string; by: string | null }[] }

const order = workflow(
  'order',
  async ({ step, input }) => {
    const { amount = 1 } = (input ?? {}) as { amount?: number }
    await step.run('reserve', () => ({ hold: `h_${amount}` }))
    const answer = await step.waitFor('approval', { eventName: 'approved' })
    await step.run('charge', () => {
      if (amount > 100) throw new RangeError(`too much: \u001b[31m${amount}`)
    })
    return { amount, answer }
  },
  { retries: 0 },
)
const quick = workflow('quick', async ({ input }) => input)

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [order, quick] })
  await engine.start()
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url })

/** A run of "order" that waits for its approval. */
async function waitingRun(input: object = {}, resourceId = 'any'): Promise<string> {
  const run = await engine.startWorkflow(order, input, { resourceId })
  await run.waitForStatus('waiting')
  return run.id
}

describe.concurrent('start', () => {
  test('tells the run, and how to follow it', async () => {
    const { code, stdout } = await cli('start', 'quick', '{"a": 1}')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /✓ started quick v1\n {2}run {3}[-0-9a-f]{36}\n {2}wait {2}millrace runs /,
    )
  })

  test('takes all options of a start', async () => {
    const id = 'a1b2c3d4-0000-4000-9000-00000000000a'
    const options = ['--key', 'k1', '--resource', 'r1', '--tag', 'eu', '--tag', 'vip']
    const more = ['--queue', 'later', '--priority', '5', '--delay', '1h', '--run-id', id]
    const args = ['start', 'quick', '[1]', '--version', '1', ...options, ...more]
    expect(await json<Run>(...args)).toMatchObject({
      id,
      workflowId: 'quick',
      status: 'pending',
      idempotencyKey: 'k1',
      resourceId: 'r1',
      tags: ['eu', 'vip'],
      queue: 'later',
      priority: 5,
      input: [1],
    })
    const again = await cli('start', 'quick', '[2]', '--key', 'k1')
    expect(again.code).toBe(4)
    expect(again.stderr).toContain('error MR010:')
  })

  test('--wait prints the output; the input may come on stdin', async () => {
    const args = ['start', 'quick', '-', '--wait', '20 s']
    const { code, stdout } = await millrace(args, { url: db.url, input: '{"from": "stdin"}' })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ from: 'stdin' })
  })

  test('--quiet prints the id alone', async () => {
    const { stdout, stderr } = await cli('start', 'quick', '--quiet')
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^[-0-9a-f]{36}\n$/), ''])
  })

  test('of an unknown workflow: exit code 3', async () => {
    const { code, stderr } = await cli('start', 'nonsense')
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /^error MR040: Workflow "nonsense" is not registered.*\nhttps:.*MR040\n$/,
    )
  })
})

describe.concurrent('see', () => {
  test('list filters, and goes on after the last one', async () => {
    const [first, second] = [await waitingRun({}, 'listed'), await waitingRun({}, 'listed')]
    const about = ['--workflow', 'order', '--resource', 'listed', '--since', '1h']
    const filter = ['runs', 'list', '--status', 'waiting', ...about]
    const page = await json<{ items: Run[]; nextCursor: string }>(...filter, '--limit', '1')
    expect(page.items.map(({ id }) => id)).toEqual([second])
    const { stdout } = await cli(...filter, '--after', page.nextCursor, '--quiet')
    expect(stdout).toBe(`${first}\n`)
    const table = await cli(...filter, '--limit', '1')
    expect(table.stdout).toMatch(
      /^RUN +WORKFLOW +STATUS +STARTED +NOTE\n.* order v1 +◌ waiting .* approval\n$/,
    )
    expect(table.stderr).toBe(`There are more: add --after ${second}\n`)
    expect((await cli(...filter, '--tag', 'nowhere')).stdout).toBe('')
  })

  test('show and timeline tell what happened, without what a terminal would obey', async () => {
    const id = await waitingRun({ amount: 500 })
    await engine.triggerEvent({ runId: id, eventName: 'approved', data: { by: 'ada' } })
    const waited = await cli('runs', 'wait', id)
    expect(waited.code).toBe(1)
    expect(waited.stderr).toContain('error MR052:')
    const shown = await cli('runs', 'show', id, '--stacks')
    expect(shown.stdout).toMatch(/^order v1 {2}✗ failed\n\n {2}run +[-0-9a-f]{36}\n/)
    expect(shown.stdout).toContain('RangeError: too much: [31m500')
    expect(shown.stdout).toMatch(/^ {10}at .*runs\.test\.ts:\d+:\d+/m)
    const timeline = await cli('runs', 'timeline', id)
    expect(timeline.stdout).toMatch(/ reserve +step +✓ completed +\{"hold":"h_500"\}\n/)
    expect(timeline.stdout).not.toContain('runs.test.ts')
    const { status, timeline: entries } = await json<Shown>('runs', 'show', id)
    expect(status).toBe('failed')
    expect(entries.map(({ stepId }) => stepId)).toEqual(['reserve', 'approval', 'charge'])
  })

  test('wait ends after its time with exit code 1', async () => {
    const { code, stderr } = await cli('runs', 'wait', await waitingRun(), '--timeout', '50 ms')
    expect(code).toBe(1)
    expect(stderr).toContain('error MR054:')
  })

  test('a run that is not there: exit code 3; an id that is none: 2', async () => {
    const absent = await cli('runs', 'show', '00000000-0000-4000-8000-000000000000')
    expect([absent.code, absent.stderr.slice(0, 12)]).toEqual([3, 'error MR041:'])
    const bad = await cli('runs', 'show', 'nonsense')
    expect([bad.code, bad.stderr.slice(0, 12)]).toEqual([2, 'error MR001:'])
    expect(bad.stderr).not.toMatch(/^ +at /m)
  })

  test('workflows and workers', async () => {
    type Workflow = { id: string; version: string; workers: number }
    const workflows = await json<Workflow[]>('workflows', 'list')
    expect(workflows.map(({ id, version, workers }) => [id, version, workers])).toEqual([
      ['order', '1', 1],
      ['quick', '1', 1],
    ])
    expect((await cli('workflows')).stdout).toMatch(
      /^WORKFLOW +VERSION +KIND .*\norder +1 +function/,
    )
    const workers = await json<{ pid: number; alive: boolean; queues: null }[]>('workers')
    expect(workers).toMatchObject([{ pid: process.pid, alive: true, queues: null }])
    expect((await cli('workers')).stdout).toMatch(/● alive .* all +order v1, quick v1\n$/)
  })
})

describe.concurrent('steer', () => {
  test('a signal is sent once under one id', async () => {
    const id = await waitingRun()
    const send = ['runs', 'signal', id, 'approved', '{"by": "ada"}', '--dedupe', 'mail-1']
    expect((await cli(...send)).stdout).toContain(`sent "approved" to ${id}`)
    const { code, stdout } = await cli('runs', 'wait', id)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ amount: 1, answer: { by: 'ada' } })
    expect((await cli('runs', 'signal', id, 'approved')).code).toBe(4)
  })

  test('pause and resume note who and why', async () => {
    const id = await waitingRun()
    const args = ['runs', 'pause', id, '--reason', 'look first', '--by', 'grace']
    expect(await json<Run>(...args)).toMatchObject({ id, status: 'paused' })
    expect((await cli('runs', 'resume', id, '--by', 'ada')).stdout).toContain(`✓ resumed ${id}`)
    const { timeline } = await json<Shown>('runs', 'show', id)
    expect(timeline.map(({ by }) => by).filter(Boolean)).toEqual(['grace', 'ada'])
    const again = await cli('runs', 'resume', id)
    expect([again.code, again.stderr.slice(0, 12)]).toEqual([4, 'error MR011:'])
  })

  test('cancel, and the wait for it', async () => {
    const id = await waitingRun()
    expect((await json<Run>('runs', 'cancel', id, '--reason', 'wrong')).status).toBe('cancelled')
    const { code, stderr } = await cli('runs', 'wait', id)
    expect([code, stderr.slice(0, 12)]).toEqual([1, 'error MR053:'])
  })

  test('fast-forward ends a wait, retry makes a new run', async () => {
    const id = await waitingRun({ amount: 101 })
    expect((await cli('runs', 'fast-forward', id, '{"by": "hand"}')).code).toBe(0)
    await until('it fails', async () => (await engine.getRun({ runId: id })).status === 'failed')
    const retried = await json<Run>('runs', 'retry', id)
    expect(retried).toMatchObject({ retriedFrom: id })
    expect(retried.id).not.toBe(id)
  })
})

test('another tenant and another schema are told by what is not there', async () => {
  const tenant = await cli('runs', 'list', '--tenant', 'acme')
  expect([tenant.code, tenant.stderr.slice(0, 12)]).toEqual([5, 'error MR042:'])
  const env = { MILLRACE_SCHEMA: 'elsewhere' }
  const schema = await millrace(['runs', 'list'], { url: db.url, env })
  expect([schema.code, schema.stderr.slice(0, 12)]).toEqual([6, 'error MR091:'])
})
