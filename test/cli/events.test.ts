import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineEvent, WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace, millraceJson } from './here.ts'

const paid = defineEvent<{ amount: number }>('paid')
const waits = workflow('waits', async ({ step, input }) =>
  step.waitFor('pay', paid.for(input as string)),
)
const thanks = workflow('thanks', async ({ input }) => input, {
  startOn: { event: paid, key: 'vip' },
})
const hears = workflow('hears', async ({ step }) => step.waitFor('item', { eventName: 'add' }))

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [waits, hears, thanks] })
  await engine.start({ drainTimeout: '100 ms' })
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url })

test('runs that wait for an event say how to emit it, and go on when that is done', async () => {
  const run = await engine.startWorkflow(waits, 'order 7')
  await run.waitForStatus('waiting')
  const shown = await cli('runs', 'show', run.id)
  expect(shown.stdout).toContain('for event "paid" with key "order 7"')
  expect(shown.stdout + shown.stderr).toContain(`events emit paid --key 'order 7'`)
  const emitted = await cli('events', 'emit', 'paid', '{"amount": 90}', '--key', 'order 7')
  expect(emitted.stdout).toContain('✓ emitted "paid" for "order 7": 1 run waited for it')
  expect(await run.result()).toEqual({ amount: 90 })
  const starting = await cli('events', 'emit', 'paid', '{"amount": 1}', '--key', 'vip')
  const [begun] = (await engine.getRuns({ workflowId: 'thanks' })).items
  expect(starting.stdout).toContain(`no run waited for it\n  started ${begun?.id}`)
  const again = await json<{ matched: number }>(
    'events',
    'emit',
    'paid',
    '--key',
    'x',
    '--keep-for',
    '1h',
  )
  expect(again).toEqual({ matched: 0, started: [] })
  const list = await cli('events', 'list', '--event', 'paid')
  expect(list.stdout).toMatch(/EVENT +KEY +EMITTED +KEPT +MATCHED +STARTED/)
  expect(list.stdout).toMatch(/paid +order 7 +/)
  expect((await cli('events', '--event', 'paid')).stdout).toMatch(/paid +order 7 +/)
  const page = await json<{ items: { key: string }[] }>('events', 'list', '--key', 'x')
  expect(page.items.map(({ key }) => key)).toEqual(['x'])
  const bad = await cli('events', 'emit', 'paid')
  expect(bad).toMatchObject({ code: 2 })
})

test('a start brings a signal to the run of its key', async () => {
  const start = ['start', 'hears', '--key', 'k', '--signal', 'add', '--signal-data', '"a"']
  const { id } = await json<{ id: string }>(...start)
  expect(await (await engine.getRun({ runId: id })).result()).toBe('a')
  const late = await cli(...start)
  expect(late).toMatchObject({ code: 4 })
  expect(late.stderr).toContain('signal "add" cannot be delivered')
})
