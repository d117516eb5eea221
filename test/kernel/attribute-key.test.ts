import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

/** The keys of values of a type, by their letter; null for those that are not of it. */
async function keys(type: string, values: readonly unknown[]): Promise<(string | null)[]> {
  return kernel.value(
    `select array(select millrace.attribute_key($1, v) from jsonb_array_elements($2) with ordinality x (v, i) order by i)`,
    [type, JSON.stringify(values)],
  )
}

/** As the index compares them: byte by byte. */
const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

test('numbers sort as numbers, whatever their sign and size', async () => {
  const some = [0, 0.5, 1, 2, 10, 1e21, 5e-324, 1.7976931348623157e308, 2 ** 53, 1 / 3]
  const random = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 500)
  const values = [...some, ...some.map((n) => -n), ...random].sort((a, b) => a - b)
  const found = (await keys('n', values)) as string[]
  expect([...found].sort(compare)).toEqual(found)
  for (const [i, key] of found.entries()) {
    if (i > 0) expect(key === found[i - 1], String(values[i])).toBe(values[i] === values[i - 1])
  }
})

test('instants sort as instants, in whatever offset they are written', async () => {
  const values = [
    ...[
      '0001-01-01T00:00:00Z',
      '1969-12-31T23:59:59.999Z',
      '1970-01-01',
      '2027-03-01T09:00:00+02:00',
    ],
    ...[
      '2027-03-01T07:00:00.5Z',
      '2027-03-01',
      '2027-03-01T00:30:00-05:00',
      '9999-12-31T23:59:59Z',
    ],
  ].sort((a, b) => Date.parse(a) - Date.parse(b))
  const found = (await keys('i', values)) as string[]
  expect([...found].sort(compare)).toEqual(found)
  expect(new Set(found).size).toBe(values.length)
  expect(await keys('i', ['2027-03-01T09:00:00+02:00'])).toEqual(
    await keys('i', ['2027-03-01T07:00:00Z']),
  )
})

test('texts sort by their characters', async () => {
  const values = ['', ' ', 'A', 'Z', 'a', 'a\u0001', 'aa', 'b', 'ä', '日', '😀']
  const found = (await keys('t', values)) as string[]
  expect([...found].sort(compare)).toEqual(found)
})

test('a value of another type has none', async () => {
  const odd = [null, [], {}, 'x', 1, true]
  expect(await keys('n', odd)).toEqual([null, null, null, null, expect.any(String), null])
  expect(await keys('b', [...odd, false])).toEqual([null, null, null, null, null, 'b1', 'b0'])
  expect(await keys('t', odd)).toEqual([null, null, null, 'tx', null, null])
  expect(await keys('v', odd)).toEqual([null, null, null, 'tx', expect.stringMatching(/^n/), 'b1'])
  expect(await keys('t', ['x'.repeat(256), 'x'.repeat(257)])).toEqual([`t${'x'.repeat(256)}`, null])
  const days = [
    '2027-02-30',
    '2027-03-01T09:00:00',
    'tomorrow',
    '10000-01-01',
    0,
    '2027-03-01T25:00:00Z',
  ]
  expect(await keys('i', days)).toEqual(days.map(() => null))
  expect(await kernel.value(`select millrace.attribute_key('n', '1e999')`)).toBeNull()
  expect(
    await kernel.value(
      `select millrace.attribute_key('n', '-0.0') = millrace.attribute_key('n', '0')`,
    ),
  ).toBe(true)
})
