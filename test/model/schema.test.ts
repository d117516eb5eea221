import { runInNewContext } from 'node:vm'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { InvalidInputError } from '../../src/model/errors.ts'
import { type Schema, type SchemaIn, type SchemaOut, validate } from '../../src/model/schema.ts'

const what = 'the input of workflow "order"'

function issuesOf(work: () => unknown): InvalidInputError {
  try {
    work()
  } catch (error) {
    if (error instanceof InvalidInputError) return error
  }
  throw new Error('No InvalidInputError was thrown.')
}

describe('validate', () => {
  test('gives the output at once, defaults and transforms applied', () => {
    const schema = z.object({ n: z.number().default(1), s: z.string().transform((s) => s.length) })
    expect(validate(schema, { s: 'abc' }, what)).toEqual({ n: 1, s: 3 })
    expectTypeOf<SchemaIn<typeof schema>>().toEqualTypeOf<{ n?: number | undefined; s: string }>()
    expectTypeOf<SchemaOut<typeof schema>>().toEqualTypeOf<{ n: number; s: number }>()
  })

  test.each<[string, Schema]>([
    ['zod', z.object({ items: z.array(z.object({ n: z.number() })) })],
    ['valibot', v.object({ items: v.array(v.object({ n: v.number() })) })],
    ['arktype', type({ items: type({ n: 'number' }).array() })],
  ])('refuses with the path, by %s', (_, schema) => {
    const error = issuesOf(() => validate(schema, { items: [{ n: 1 }, { n: 'x' }] }, what))
    expect(error.message).toMatch(
      /^The input of workflow "order" does not fit its schema\. \$\.items\[1\]\.n: .+/,
    )
    expect(error.issues).toEqual([{ message: expect.any(String), path: ['items', 1, 'n'] }])
    expect(validate(schema, { items: [{ n: 1 }] }, what)).toEqual({ items: [{ n: 1 }] })
  })

  test('lists the first three issues, and keeps all', () => {
    const schema = z.object({
      a: z.string(),
      b: z.string(),
      c: z.string(),
      d: z.string(),
      e: z.string(),
    })
    const error = issuesOf(() => validate(schema, {}, what))
    expect(error.message).toMatch(/\$\.a: .*; \$\.b: .*; \$\.c: .*; and 2 more$/)
    expect(error.issues).toHaveLength(5)
  })

  test('is a promise for an asynchronous schema only', async () => {
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync(async (s) => s !== 'bad', 'It is bad.'),
    )
    await expect(validate(schema, 'good', what)).resolves.toBe('good')
    const refused = validate(schema, 'bad', what)
    await expect(refused).rejects.toThrow(InvalidInputError)
    await expect(refused).rejects.toThrow('$: It is bad.')
  })

  test('waits for a promise of another realm', async () => {
    const answer = () => runInNewContext('Promise.resolve({ issues: [{ message: "No." }] })')
    const schema: Schema = { '~standard': { version: 1, vendor: 'x', validate: answer } }
    await expect(validate(schema, 1, what)).rejects.toThrow('$: No.')
  })

  test('refuses a schema that throws or rejects, or is none', async () => {
    const broken = new Error('broken')
    const throwing = {
      version: 1,
      vendor: 'x',
      validate: () => {
        throw broken
      },
    } as const
    expect(issuesOf(() => validate({ '~standard': throwing }, 1, what)).cause).toBe(broken)
    const rejecting = { version: 1, vendor: 'x', validate: () => Promise.reject(broken) } as const
    await expect(validate({ '~standard': rejecting }, 1, what)).rejects.toThrow(InvalidInputError)
    expect(() => validate({} as Schema, 1, what)).toThrow(InvalidInputError)
  })
})
