import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const fill = (value: unknown, scope: object = {}) =>
  kernel.value<unknown>('select millrace.fill_template($1, $2)', [
    JSON.stringify(value),
    JSON.stringify(scope),
  ])

test('texts that are one expression become its value, others text, at any depth', async () => {
  const scope = { entity: { id: '17', metadata: { n: 2.5, list: [1, { a: null }] } } }
  const given = {
    ...{
      id: '{{ entity.id }}',
      list: '{{ entity.metadata.list }}',
      n: '{{ entity.metadata.n * 2 }}',
    },
    ...{
      text: 'order {{ entity.id }}: {{ entity.metadata.list }}',
      nested: [[' {{ entity.id }}'], 7, null],
    },
    ...{
      '{{ entity.id }}': true,
      plain: '{# stays #} }}',
      none: '{{ none }}',
      'x-y': { z: '{{ "}}" }}' },
    },
  }
  expect(await fill(given, scope)).toEqual({
    ...{
      id: '17',
      list: [1, { a: null }],
      n: 5,
      text: "order 17: [1, {'a': None}]",
      nested: [[' 17'], 7, null],
    },
    ...{ '{{ entity.id }}': true, plain: '{# stays #} }}', none: null, 'x-y': { z: '}}' } },
  })
  for (const same of [7, null, 'x', [], {}, '', 'a } { b']) expect(await fill(same)).toEqual(same)
})

test('what is not there is refused, by its name', async () => {
  const scope = { metadata: { order: 1 } }
  const details = await refusal(
    fill(['{{ metadata.ordr }}'], scope),
    'MR030',
    'metadata.ordr is not there',
  )
  expect(details).toEqual({ path: 'metadata.ordr' })
  await refusal(fill('n {{ metadata.ordr }}', scope), 'MR030', 'metadata has: order')
  await refusal(fill('{{ metadata. }}', scope), 'MR030', 'cannot be read')
  await refusal(fill('{{ metadata', scope), 'MR030', 'no }}')
})

test('all of it together may do so much, and be so large', async () => {
  const from = performance.now()
  const heavy = `{{ ('x' * 30000) | join('') | length }}`
  expect(await fill(heavy)).toBe(30_000)
  await refusal(fill(Array(2).fill([heavy])), 'MR030', 'fuel')
  await refusal(fill(`${'{{ a }}'.repeat(201)}`, { a: 1 }), 'MR030', '200 expressions')
  await refusal(fill('x{{ a }}{{ a }}', { a: 'y'.repeat(600_000) }), 'MR030', 'bytes')
  let deep: unknown = '{{ a }}'
  for (let i = 0; i < 120; i++) deep = [deep]
  expect(JSON.stringify(await fill(deep, { a: 1 }))).toContain('[1]')
  expect(performance.now() - from).toBeLessThan(10_000)
})
