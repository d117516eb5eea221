import { expect, test } from 'vitest'
import { type LogLine, workflow } from '../../src/index.ts'
import { startEngine, useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine({ storeLogs: 'debug' })
const WAIT = { timeout: 15_000 }

const brief = ({ level, stepId, attempt, message, fields }: LogLine) => ({
  ...{ level, stepId, attempt, message, fields },
})

test('what handlers log is stored with run, step, attempt and level, and listed', async () => {
  const talk = workflow('logs talk', async ({ step, logger }) => {
    logger.info('begins', { user: 7 })
    await step.run('one', ({ logger: mine }) => {
      mine.debug('looks')
      mine.error('no luck', new TypeError('wrong'))
    })
    logger.warn('ends')
  })
  const run = await t.start(talk)
  await run.result(WAIT)
  const read = async (p: object = {}) => (await t.engine.getLogs({ runId: run.id, ...p })).items
  await until('all are stored', async () => (await read()).length === 4)
  const lines = await read()
  expect(lines.map(brief)).toEqual([
    { level: 'info', stepId: null, attempt: null, message: 'begins', fields: { user: 7 } },
    { level: 'debug', stepId: 'one', attempt: 1, message: 'looks', fields: null },
    {
      level: 'error',
      ...{ stepId: 'one', attempt: 1, message: 'no luck' },
      fields: expect.objectContaining({ name: 'TypeError', message: 'wrong' }),
    },
    { level: 'warn', stepId: null, attempt: null, message: 'ends', fields: null },
  ])
  expect(lines[0]?.at).toBeInstanceOf(Date)
  expect((await read({ level: 'warn' })).map(({ message }) => message)).toEqual(['no luck', 'ends'])
  expect((await read({ stepId: 'one' })).map(({ message }) => message)).toEqual([
    'looks',
    'no luck',
  ])
  const page = await t.engine.getLogs({ runId: run.id, limit: 3 })
  expect(page).toMatchObject({ hasMore: true, nextCursor: lines[2]?.id })
  expect(await read({ startingAfter: page.nextCursor })).toEqual(lines.slice(3))
  await expect(read({ level: 'loud' })).rejects.toMatchObject({ code: 'MR001' })
  await expect(read({ startingAfter: 'x' })).rejects.toMatchObject({ code: 'MR001' })
})

test('lines come among the events of the run', async () => {
  const slow = workflow('logs live', async ({ step, logger }) => {
    logger.info('waits')
    await step.waitFor('go', { eventName: 'go' })
  })
  const run = await t.start(slow)
  const heard: unknown[] = []
  run.on('log', ({ data }) => heard.push(data))
  await until('it came', () => heard.length > 0)
  expect(heard).toEqual([{ level: 'info', message: 'waits' }])
  await run.signal('go')
})

test('what cannot be stored as it is, is stored as well as it can be', async () => {
  const loop: Record<string, unknown> = {}
  loop.self = loop
  const odd = workflow('logs odd', ({ logger }) => {
    logger.info(`null \0 and half \ud800 ${'x'.repeat(20_000)}`)
    logger.info('loop', loop)
    logger.info('large', { text: 'y'.repeat(50_000) })
    logger.info('null', { text: 'a\0b', big: 10n })
    logger.info(undefined as never)
  })
  const run = await t.start(odd)
  await run.result(WAIT)
  const read = async () => (await t.engine.getLogs({ runId: run.id })).items
  await until('all are stored', async () => (await read()).length === 5)
  const [first, second, third, fourth, fifth] = await read()
  expect(first?.message.startsWith('null  and half \ufffd xxx')).toBe(true)
  expect(Buffer.byteLength(first?.message ?? '')).toBeLessThanOrEqual(8192)
  expect(second?.fields).toMatchObject({ cut: expect.stringContaining('no JSON') })
  expect(third?.fields).toMatchObject({ cut: expect.stringContaining('bytes') })
  expect(fourth?.fields).toEqual({ text: 'ab', big: '10' })
  expect(fifth?.message).toBe('undefined')
})

test('by default debug lines are not stored; with false none is', async () => {
  const talk = workflow('logs levels', ({ logger }) => {
    logger.debug('d')
    logger.info('i')
  })
  await using other = await startEngine([talk])
  const run = await other.engine.startWorkflow(talk)
  await run.result(WAIT)
  await until(
    'one is',
    async () => (await other.engine.getLogs({ runId: run.id })).items.length === 1,
  )
  await using silent = await startEngine([talk], { storeLogs: false })
  const quiet = await silent.engine.startWorkflow(talk)
  await quiet.result(WAIT)
  await silent.engine.stop()
  expect(await silent.db.value('select count(*)::int from millrace.logs')).toBe(0)
})

test('logs of a run go with it, and those that are old go by themselves', async () => {
  const talk = workflow('logs gone', ({ logger }) => logger.info('here'))
  const run = await t.start(talk)
  await run.result(WAIT)
  const count = () =>
    t.db.value(`select count(*)::int from millrace.logs where run_id = millrace.run_number($1)`, [
      run.id,
    ])
  await until('it is stored', async () => (await count()) === 1)
  await t.db.query('select millrace.prune_live()')
  expect(await count()).toBe(1)
  await t.db.query(
    `update millrace.logs set at = at - interval '31 days' where run_id = millrace.run_number($1)`,
    [run.id],
  )
  await t.db.query(`select millrace.prune_logs(30 * 86400000::bigint)`)
  const left = await t.db.value('select min(id) from millrace.logs')
  // the oldest go first: others that are younger stand before it here
  if (left === null) expect(await count()).toBe(0)
  await t.db.query(`select millrace.delete_runs(1, array[millrace.run_number($1)])`, [run.id])
  expect(await count()).toBe(0)
})
