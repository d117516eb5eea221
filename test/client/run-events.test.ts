import { expect, test } from 'vitest'
import { type RunEvent, WorkflowClient, workflow } from '../../src/index.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const WAIT = { timeout: 15_000 }

/** An event as a short text. */
function short({ type, stepId, output, attempt, data }: RunEvent): string {
  const parts = [type, stepId, attempt && `#${attempt}`, output ?? data].filter(
    (part) => part !== undefined,
  )
  return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ')
}

async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

/** What is only live, or depends on the moment of a look. */
const passing = ['step:running', 'running', 'waiting', 'log']
const recorded = ({ type, data }: RunEvent) => !passing.includes(type) || data !== undefined

test('the events of a run are its start, its journal and its end, in order', async () => {
  let tries = 0
  const child = workflow('events child', () => 'grown')
  await t.engine.registerWorkflow(child)
  const order = workflow('events all', async ({ step }) => {
    await step.run('reserve', () => 1)
    await step.run(
      'charge',
      () => {
        if (++tries === 1) throw new Error('busy')
        return 'ok'
      },
      { retry: { baseDelay: 10 } },
    )
    await step.set('progress', 50)
    await step.invoke('child', child, undefined)
    await step.waitFor('late', { eventName: 'late', timeout: 20 })
    await step.delay('rest', 10)
    return 'done'
  })
  const run = await t.start(order)
  const all = await collect(run.events())
  expect(all.filter(recorded).map(short)).toEqual([
    'pending',
    'step:completed reserve 1',
    'step:retrying charge #1',
    'step:completed charge ok',
    'state {"name":"progress","value":50}',
    expect.stringMatching(/^step:running child \{"childId":"[0-9a-f-]{36}"\}$/),
    'step:completed child grown',
    'step:completed late {"timedOut":true}',
    'step:completed rest',
    'completed done',
  ])
  expect(all.at(-1)).toMatchObject({ type: 'completed', status: 'completed', runId: run.id })
  expect(await collect(run.events({ after: all.at(-1)?.id }))).toEqual([])
  const third = all.filter(recorded)[2] as RunEvent
  const rest = await collect(run.events({ after: third.id }))
  expect(rest.filter(recorded).map(short)).toEqual(all.filter(recorded).slice(3).map(short))
})

test('a person who pauses, resumes and cancels a run is among its events', async () => {
  const wait = workflow('events control', ({ step }) => step.waitFor('w', { eventName: 'go' }))
  const run = await t.start(wait)
  const heard: string[] = []
  run.on('*', (event) => heard.push(short(event)))
  await run.waitForStatus('waiting', WAIT)
  await t.engine.pauseWorkflow({ runId: run.id, by: 'ada', reason: 'look' })
  await until('paused', () => heard.some((line) => line.startsWith('paused')))
  await run.resume()
  await run.waitForStatus('waiting', WAIT)
  await until('waits again', () => heard.at(-1) === 'waiting')
  await run.cancel('enough')
  await until('cancelled', () => heard.at(-1) === 'cancelled')
  expect(heard.filter((line) => !/^(running|step:running|pending)/.test(line))).toEqual([
    'waiting',
    'paused {"reason":"look","by":"ada"}',
    'resumed {"by":null}',
    'waiting',
    'cancelling {"reason":"enough","by":null}',
    'cancelled',
  ])
})

test('a run that failed tells why, and listeners hear what was before they came', async () => {
  const bad = workflow(
    'events bad',
    ({ step }) => step.run('only', () => Promise.reject(new TypeError('wrong')), { retry: false }),
    { retries: 0 },
  )
  const run = await t.start(bad)
  await run.waitForStatus('failed', WAIT)
  const errors: (string | undefined)[] = []
  const off = run.on('step:failed', ({ error }) => errors.push(error?.message))
  run.on('failed', ({ error }) => errors.push(error?.code))
  run.on('*', () => {
    throw new Error('a listener')
  })
  await until('both came', () => errors.length === 2)
  expect(errors).toEqual(['wrong', expect.stringMatching(/^MR05/)])
  off()
})

test('steps have a live status that can be waited for', async () => {
  const two = workflow(
    'events steps',
    async ({ step }) => {
      await step.run('one', () => ({ a: 1 }))
      await step.waitFor('go', { eventName: 'go' })
      await step.run('bad', () => Promise.reject(new Error('no')), { retry: false })
    },
    { retries: 0 },
  )
  const run = await t.start(two)
  expect(run.hasStep('one')).toBe(false)
  const one = await run.step('one' as never).waitForStatus('completed', WAIT)
  expect(one).toMatchObject({ status: 'completed', output: { a: 1 }, failure: null })
  expect(run.hasStep('one')).toBe(true)
  const bad = run.step('bad' as never)
  expect(bad.status).toBe('pending')
  await expect(bad.waitForStatus('completed', { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'MR054',
  })
  const heard: string[] = []
  bad.on('*', (event) => heard.push(event.type))
  const ends = bad.waitForStatus('completed', WAIT)
  await run.signal('go')
  await expect(ends).rejects.toMatchObject({ code: 'MR011' })
  expect(bad).toMatchObject({ status: 'failed', failure: { message: 'no' } })
  await expect(run.step('never' as never).waitForStatus('completed')).rejects.toMatchObject({
    code: 'MR011',
  })
  expect(heard.at(-1)).toBe('step:failed')
})

test('each row of the journal comes once through ten readers that go away', async () => {
  const long = workflow('events long', async ({ step }) => {
    for (let i = 0; i < 60; i++) await step.run(`s${i}`, () => i)
    await step.waitFor('go', { eventName: 'go' })
    for (let i = 60; i < 120; i++) await step.run(`s${i}`, () => i)
  })
  const run = await t.start(long)
  const told: RunEvent[] = []
  let after: string | undefined
  for (let reader = 0; reader < 10; reader++) {
    const client = new WorkflowClient({ connectionString: t.db.url })
    const mine = await client.getRun({ runId: run.id })
    let left = 11
    if (reader === 5) await run.signal('go')
    for await (const event of mine.events({ after })) {
      told.push(event)
      after = event.id
      if (event.type.startsWith('step:completed') && --left === 0) break
    }
    await client.stop()
  }
  told.push(...(await collect(run.events({ after }))))
  const rows = told.filter(({ type }) => type === 'step:completed').map(({ stepId }) => stepId)
  const expected = Array.from({ length: 120 }, (_, i) => `s${i}`)
  expect(rows).toEqual([...expected.slice(0, 60), 'go', ...expected.slice(60)])
  expect(told.filter(({ type }) => type === 'completed')).toHaveLength(1)
})

const few = workflow('events few', ({ step }) => step.run('a', () => 1))

test.each(['', 'x', '-1-p-0', '1-q-0', '9999999999-p-0', "1-p-0'; --", '3-r', '5000-r-0'])(
  'an `after` that is none (%j) is refused',
  async (after) => {
    await t.engine.unregisterWorkflow(few.id)
    const run = await t.start(few)
    await run.result(WAIT)
    await expect(collect(run.events({ after }))).rejects.toMatchObject({ code: 'MR001' })
  },
)

test("another tenant's run is not there", async () => {
  await t.db.query("insert into millrace.tenants (slug) values ('others') on conflict do nothing")
  const run = await t.start(workflow('events mine', () => 1))
  const other = new WorkflowClient({ connectionString: t.db.url, tenant: 'others' })
  try {
    const theirs = Object.create(run) as typeof run
    expect(theirs.id).toBe(run.id)
    await expect(other.getRun({ runId: run.id })).rejects.toMatchObject({ code: 'MR041' })
    const live = (other as unknown as { live: { events(id: string): AsyncIterable<RunEvent> } })
      .live
    await expect(collect(live.events(run.id))).rejects.toMatchObject({ code: 'MR041' })
  } finally {
    await other.stop()
  }
})

test('a signal ends it quietly; the stop of its client does not', async () => {
  const wait = workflow('events stop', ({ step }) => step.waitFor('w', { eventName: 'go' }))
  const run = await t.start(wait)
  const stop = new AbortController()
  const told: string[] = []
  for await (const { type } of run.events({ signal: stop.signal })) {
    told.push(type)
    if (type === 'waiting') stop.abort()
  }
  expect(told[0]).toBe('pending')
  const client = new WorkflowClient({ connectionString: t.db.url })
  const rest = collect((await client.getRun({ runId: run.id })).events())
  const refused = expect(rest).rejects.toMatchObject({ code: 'MR090' })
  await until('it is followed', async () => {
    const rows = await t.db.query('select from millrace.follows')
    return rows.length > 0
  })
  await client.stop()
  await refused
  await run.cancel()
})

test('nobody who follows leaves no row behind', async () => {
  const run = await t.start(workflow('events gone', ({ step }) => step.run('a', () => 1)))
  await collect(run.events())
  await until('nobody follows', async () => {
    const sql = 'select from millrace.follows f where f.run_id = millrace.run_number($1)'
    return (await t.db.query(sql, [run.id])).length === 0
  })
})
