import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'

const LONG = { timeout: 40_000 }

test.for([
  ['U+0000', { c: 'a\0b' }],
  ['half of a surrogate pair', { c: 'a\ud800' }],
  ['a text that is too long', { c: 'x'.repeat(257) }],
  ['a text that is much too long', { c: 'x'.repeat(1_000_000) }],
  ['an object', { c: {} }],
  ['an array', { c: ['a'] }],
  ['nothing', {}],
  ['a number that is none', { c: undefined }],
  ['no input', null],
  ['a text instead of an object', 'c'],
  ['a list', [{ c: 1 }]],
] as const)('a start with %s at its key is refused, and harms no other', async ([, input]) => {
  const w = workflow('keyed', () => {}, { concurrency: { limit: 1, key: 'c' } })
  await using t = await startEngine([w])
  const [bad, good] = await Promise.allSettled([
    t.engine.startWorkflow(w, input),
    t.engine.startWorkflow(w, { c: 'good' }),
  ])
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: expect.stringMatching(/^MR0/) } })
  expect(good.status).toBe('fulfilled')
  if (good.status === 'fulfilled') await good.value.result(LONG)
  const sql = t.db.query('select millrace.start_workflow($1, $2)', ['keyed', JSON.stringify(input)])
  await expect(sql).rejects.toMatchObject({ code: expect.stringMatching(/^MR0|^22/) })
})

test('one key is one lane, from TypeScript and from SQL', { timeout: 60_000 }, async () => {
  const w = workflow('same', () => {}, { concurrency: { limit: 1, key: 'c' } })
  await using t = await startEngine()
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterAllWorkflows()
  const keys = [
    '😀'.repeat(256),
    'ÿ\u0301"\\\n\u2028',
    '',
    '__proto__',
    'null',
    null,
    true,
    'true',
    0,
    -0,
    '0',
    1e300,
    1e-7,
    0.1,
    2 ** 53,
    -1.5,
  ]
  for (const c of keys) {
    await t.engine.startWorkflow(w, { c })
    await t.db.query('select millrace.start_workflow($1, $2)', ['same', JSON.stringify({ c })])
  }
  const lanes = await t.db.query<{ n: number }>(
    'select count(*)::int as n from millrace.live group by lane order by 1',
  )
  // 0 and -0 are one
  expect(lanes.map(({ n }) => n)).toEqual([...keys.slice(2).map(() => 2), 4])
})

test('inherited names are no keys', async () => {
  const w = workflow('inherits', () => {}, { fairness: { key: 'constructor.name' } })
  await using t = await startEngine([w])
  await expect(t.engine.startWorkflow(w, {})).rejects.toMatchObject({ code: 'MR001' })
})

test('a weight that is none is refused', { timeout: 40_000 }, async () => {
  const w = workflow('weighed', () => {}, { fairness: { key: 'c', weight: 'weight' } })
  await using t = await startEngine([w])
  const refused = { code: 'MR001', message: expect.stringContaining('weight') }
  for (const weight of [0, -1, 0.001, 1000.1, 1e300, '3', true, {}]) {
    const input = { c: 1, weight }
    await expect(t.engine.startWorkflow(w, input)).rejects.toMatchObject(refused)
    const values = ['weighed', JSON.stringify(input)]
    const sql = t.db.query('select millrace.start_workflow($1, $2)', values)
    await expect(sql).rejects.toMatchObject(refused)
  }
  for (const none of [{ c: 1 }, { c: 1, weight: null }, { c: 1, weight: 1000 }])
    await (await t.engine.startWorkflow(w, none)).result(LONG)
})
