import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/model/json.ts'
import { jsonbHash, jsonbText } from '../../src/model/jsonb-text.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

/** What Postgres says of each, as text and as hash. */
const inSql = (values: readonly Json[]) =>
  kernel.query<{ text: string; hash: string }>(
    `select v.value::text as text, encode(sha256(convert_to(v.value::text, 'UTF8')), 'hex') as hash
     from jsonb_array_elements($1) with ordinality v (value, i) order by v.i`,
    [JSON.stringify(values)],
  )

test('what Postgres has its own way of writing', async () => {
  const values: Json[] = [
    ...[0, -0, 1.5, -1.25e-7, 5e-324, 1e21, -1.5e22, 1.7976931348623157e308, 123456789012345680000],
    ...['', '\b\f\n\r\t"\\/', '\u0001\u001f\u007f\u0080\u2028', '😀é'],
    { bb: 1, a: 2, é: 3, '😀': 4, c: 5, '': 6 },
    { '10': 1, '9': 2, '-1': 3 },
    ...[[], {}, [null, true, false], [[1, [2]], { a: [{}] }]],
  ]
  const known = await inSql(values)
  expect(values.map(jsonbText)).toEqual(known.map(({ text }) => text))
  expect(values.map(jsonbHash)).toEqual(known.map(({ hash }) => hash))
})

test('any other value too', async () => {
  const unit = fc.constantFrom(
    ...'aZ09_é\u00df\u0800\uffff😀"\\/\n\t\b\f\r\u0001\u001f\u007f\u2028 {:,',
  )
  const key = fc.string({ unit, maxLength: 6 })
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const leaf = fc.oneof(key, number, fc.integer(), fc.boolean(), fc.constant(null))
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const values = fc.sample(value, { numRuns: 400, seed: 5 }) as Json[]
  const known = await inSql(values)
  expect(values.map((one) => ({ text: jsonbText(one), hash: jsonbHash(one) }))).toEqual(known)
})
