import { expect, test } from 'vitest'
import { plainArray, textArray } from '../../src/kernel/sql-arrays.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test.each([
  [[]],
  [[null]],
  [['']],
  [['a', null, 'b']],
  [['{}', '"', '\\', '{"a":"\\"b\\""}', 'NULL', ',', ' ', 'x\ny']],
  [['é', '日本', '😀', '\u00ff'.repeat(5000)]],
  [Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? null : `{"k":${i}}`))],
])('texts arrive as they are: %#', async (values: (string | null)[]) => {
  const found = await kernel.value('select to_json($1::text[])', [textArray(values)])
  expect(found).toEqual(values)
})

test('numbers, ids and letters arrive as they are', async () => {
  const bigints = ['1', '9223372036854775807', null, '-5']
  const asText = 'select to_json($1::bigint[]::text[])'
  expect(await kernel.value(asText, [plainArray(bigints)])).toEqual(bigints)
  expect(await kernel.value('select to_json($1::int[])', [plainArray([1, null, 3])])).toEqual([
    1,
    null,
    3,
  ])
  const letters = `select to_json($1::"char"[]::text[])`
  expect(await kernel.value(letters, [plainArray(['c', 'f'])])).toEqual(['c', 'f'])
  expect(await kernel.value(asText, [plainArray([])])).toEqual([])
})

test('U+0000 is refused, as everywhere', async () => {
  const call = kernel.value('select $1::text[]', [textArray(['a\u0000b'])])
  await expect(call).rejects.toMatchObject({ code: '22021' })
})
