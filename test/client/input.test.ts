import { expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'

const t = useEngine()
const echo = workflow('echo', ({ input }) => input)

const cyclic: Record<string, unknown> = {}
cyclic.self = [cyclic]
let deep: unknown = 1
for (let i = 0; i < 100_000; i++) deep = { deep }

const unstorable: Record<string, unknown> = {
  'U+0000': { a: ['x\0y'] },
  'a lone surrogate': '\udc00',
  'a BigInt': { n: 1n },
  'a cycle': cyclic,
  'a depth of 100,000': deep,
  'over 1 MiB': 'x'.repeat(1024 * 1024 + 1),
  'over 1 MiB in UTF-8': 'ä'.repeat(600 * 1024),
  'a Map': new Map(),
  NaN: { n: Number.NaN },
  'a promise': Promise.resolve(1),
}

for (const [what, value] of Object.entries(unstorable)) {
  test(`${what} is refused as input, signal and fast-forward`, async () => {
    const run = await t.start(echo, 'good')
    const refused = { code: 'MR002', name: 'PayloadError' }
    await expect(t.start(echo, value)).rejects.toMatchObject(refused)
    await expect(run.signal('go', value)).rejects.toMatchObject(refused)
    await expect(run.fastForward(value)).rejects.toMatchObject(refused)
  })
}

test('an option with a text that Postgres cannot store is refused by name, wherever it is', async () => {
  const { id: runId } = await t.start(echo, 'good')
  const { engine } = t
  const where = { workflowId: echo.id }
  for (const bad of ['a\0b', 'a\ud800b']) {
    const calls: [() => Promise<unknown>, string][] = [
      [() => engine.getRuns({ tags: ['fine', bad] }), '$.tags[1]'],
      [() => engine.getRuns({ attributes: { [bad]: 1 } }), '$.attributes['],
      [() => engine.getFailures({ resourceId: bad }), '$.resource_id'],
      [() => engine.getApprovals({ assignee: bad }), '$.assignee'],
      [() => engine.pauseWorkflow({ runId, reason: bad }), '$.reason'],
      [() => engine.forkWorkflow({ runId, fromStep: 'a', by: bad }), '$.by'],
      [() => engine.bulk.cancel({ where, by: bad }), '$.by'],
      [() => engine.bulk.migrate({ where, toVersion: bad }), '$.to_version'],
      [() => engine.answerApproval({ approvalId: 'a', approved: true, comment: bad }), '$.comment'],
      [() => engine.getQueues({ queue: bad }), '$.queue'],
    ]
    for (const [call, place] of calls) {
      const message = expect.stringContaining(`The option ${place}`)
      await expect(call()).rejects.toMatchObject({
        code: 'MR001',
        name: 'InvalidInputError',
        message,
      })
    }
  }
  await expect(engine.bulk.get('a\0b')).rejects.toMatchObject({ code: 'MR001' })
  // in a transaction of somebody's too
  const pool = openPool({ connectionString: t.db.url })
  const tx = await pool.connect()
  const cancelled = engine.cancelWorkflow({ runId, reason: 'a\0b', tx })
  await expect(cancelled).rejects.toMatchObject({ code: 'MR001' })
  tx.release()
  await pool.end()
})

test('a payload of 1 MiB is taken and comes back', async () => {
  const big = 'x'.repeat(1024 * 1024 - 2)
  expect(await (await t.start(echo, big)).result({ timeout: 15_000 })).toBe(big)
})

test('odd but fine values come back as they are', async () => {
  const values = [0, '', 'a"b\\c', '{}', '\n', '😀', '\\u0000', null, [], {}, { a: { b: [] } }]
  for (const value of values) {
    expect(await (await t.start(echo, value)).result({ timeout: 15_000 })).toEqual(value)
  }
})

test('bad options are refused by name', async () => {
  await t.engine.registerWorkflow(echo)
  const bad: object[] = [
    { resourceId: '' },
    { resourceId: 'x'.repeat(257) },
    { idempotencyKey: 'a\0' },
    { runId: 'not a uuid' },
    { runId: 7 },
    { priority: 1001 },
    { priority: 0.5 },
    { retries: -1 },
    { tags: Array.from({ length: 33 }, (_, i) => `t${i}`) },
    { tags: ['x'.repeat(65)] },
    { tags: 'text' },
    { attributes: 'text' },
    { attributes: [] },
    { queue: 'a/b' },
    { version: '' },
    { delay: 'soon' },
    { delay: -1 },
    { timeout: 0 },
  ]
  for (const options of bad) {
    await expect(
      t.engine.startWorkflow(echo, 1, options),
      JSON.stringify(options),
    ).rejects.toMatchObject({
      code: 'MR001',
      name: 'InvalidInputError',
    })
  }
})

test('what is not a workflow is refused', async () => {
  for (const what of [undefined, null, 'echo', 7, {}]) {
    const start = t.engine.startWorkflow(what as never, 1)
    await expect(start, String(what)).rejects.toMatchObject({ code: 'MR001' })
  }
  await expect(t.engine.startWorkflow({ workflowId: 'nobody', input: 1 })).rejects.toMatchObject({
    code: 'MR040',
    name: 'WorkflowNotFoundError',
  })
  await expect(t.engine.startWorkflow({ workflowId: 'a/b', input: 1 })).rejects.toMatchObject({
    code: 'MR001',
  })
})

test('an unknown run and a bad id are told apart', async () => {
  const runId = '99999999-9999-4999-8999-999999999999'
  await expect(t.engine.getRun({ runId })).rejects.toMatchObject({ code: 'MR041' })
  for (const bad of ['', 'x', undefined, 7]) {
    await expect(t.engine.getRun({ runId: bad as never })).rejects.toMatchObject({ code: 'MR001' })
  }
  await expect(t.engine.triggerEvent({ runId, eventName: 'a/b' })).rejects.toMatchObject({
    code: 'MR001',
  })
})

test('both or neither of connectionString and pool are refused', async () => {
  const pool = openPool({ connectionString: t.db.url })
  for (const options of [{}, { connectionString: t.db.url, pool }, { connectionString: '' }]) {
    expect(() => new WorkflowClient(options as never)).toThrow(
      expect.objectContaining({ code: 'MR001', name: 'InvalidInputError' }),
    )
  }
  await pool.end()
  const bad = () => new WorkflowClient({ connectionString: t.db.url, schema: 'A-B' })
  expect(bad).toThrow(expect.objectContaining({ code: 'MR001' }))
})

test('a database that is not there is told within ten seconds, by type', async () => {
  const url = new URL(t.db.url)
  const wrong = {
    'no server': Object.assign(new URL(url), { port: '1' }).href,
    'no database': Object.assign(new URL(url), { pathname: '/no_such_database' }).href,
    'wrong password': Object.assign(new URL(url), { password: 'wrong' }).href,
    'no password': Object.assign(new URL(url), { password: '' }).href,
    'no answer': 'postgres://u:p@10.255.255.1:5432/x',
  }
  const began = performance.now()
  await Promise.all(
    Object.entries(wrong).map(async ([what, connectionString]) => {
      const client = new WorkflowClient({ connectionString })
      await expect(client.start(), what).rejects.toMatchObject({
        code: 'MR090',
        name: 'UnavailableError',
      })
      await expect(client.startWorkflow(echo, 1), what).rejects.toMatchObject({ code: 'MR090' })
      await client.stop()
    }),
  )
  expect(performance.now() - began).toBeLessThan(18_000)
})

test('a database without the schema is told by type', async () => {
  const client = new WorkflowClient({ connectionString: t.db.url, schema: 'not_installed' })
  await expect(client.start()).rejects.toMatchObject({ code: 'MR091', name: 'SchemaVersionError' })
  await client.stop()
})
