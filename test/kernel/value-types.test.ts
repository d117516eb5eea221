import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { valueTypes } from '../../src/kernel/value-types.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

describe('values of the kernel', () => {
  test.each([
    [`true`, true],
    [`7`, 7],
    [`1.5::float8`, 1.5],
    [`9007199254740993::bigint`, '9007199254740993'],
    [`'x'::"char"`, 'x'],
    [`'{"a": [1]}'::json`, { a: [1] }],
    [`'{"a": [1]}'::jsonb`, { a: [1] }],
    [`'2026-01-31 12:00:00.123+00'::timestamptz`, new Date('2026-01-31T12:00:00.123Z')],
    [`'{}'::text[]`, []],
    [`array[1, null]::bigint[]`, ['1', null]],
    [`null::text`, null],
  ])('%s', async (sql, value) => {
    const { rows } = await kernel.pool.query({ text: `select ${sql} as v`, types: valueTypes })
    expect(rows[0].v).toEqual(value)
  })

  test('texts in arrays come as they are', async () => {
    const texts = ['', 'a', 'a b', 'a,b', '{}', '"', '\\', '\\"', 'NULL', 'null', '\n', 'é🎉', null]
    const query = { text: 'select $1::text[] as v', values: [texts], types: valueTypes }
    expect((await kernel.pool.query(query)).rows[0].v).toEqual(texts)
  })
})

describe('a process that reads types in its own way', () => {
  const before = [20, 1184, 114].map((oid) => [oid, pg.types.getTypeParser(oid)] as const)
  afterAll(() => {
    for (const [oid, parser] of before) pg.types.setTypeParser(oid, parser as never)
  })

  test('has workers that work', async () => {
    pg.types.setTypeParser(20, BigInt as never)
    pg.types.setTypeParser(1184, (text) => text as never)
    pg.types.setTypeParser(114, (text) => text as never)
    const child = workflow('child', ({ input }) => input)
    const parent = workflow('parent', async ({ step }) => {
      await step.sleep('nap', 10)
      return step.invoke('child', child, await step.run('one', () => 1))
    })
    await using t = await startEngine([parent, child])
    const run = await t.engine.startWorkflow(parent, null)
    expect(await run.result({ timeout: 10_000 })).toBe(1)
    expect(await t.engine.getRuns({ workflowId: 'parent' })).toMatchObject({
      items: [{ status: 'completed', createdAt: expect.any(Date) }],
    })
    expect(t.log).toEqual([])
  })
})
