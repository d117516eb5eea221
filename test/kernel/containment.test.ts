// Conditions of flows are judged in TypeScript; Postgres says what @> means.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contains } from '../../src/dag/containment.ts'
import type { Json } from '../../src/model/json.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, 2, 1.5, '', 'a', 'b', 'é'),
  fc.constantFrom<Json>([], {}),
)
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
}))

test('contains judges as @> of jsonb does', async () => {
  const pairs = fc.sample(fc.tuple(value, value), { numRuns: 3000, seed: 5 })
  const related = pairs.flatMap(([a, b]): [Json, Json][] => [
    [a, b],
    [[a, b], [a]],
    [{ a, b }, { a }],
    [[a, b], a],
    [[[a], b], [[]]],
  ])
  const found = await kernel.value<boolean[]>(
    `select array_agg(u.a::jsonb @> u.b::jsonb order by u.n)
     from unnest($1::text[], $2::text[]) with ordinality u (a, b, n)`,
    [related.map(([a]) => JSON.stringify(a)), related.map(([, b]) => JSON.stringify(b))],
  )
  const wrong = related.filter(([a, b], i) => contains(a, b) !== found[i])
  expect(wrong.slice(0, 5)).toEqual([])
  expect(found.filter(Boolean).length).toBeGreaterThan(1000)
})
