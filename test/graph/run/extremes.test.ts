// Names, values and sizes that break what was not made for them.
import { describe, expect, test } from 'vitest'
import { Flow } from '../../../src/flow/index.ts'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep } from '../../../src/index.ts'
import { useEngine } from '../../support/engine.ts'

const give = defineStep('give', ({ value }: { value?: unknown }) => value)
const nothing = defineStep('nothing', () => undefined)
const big = defineStep('big', ({ size }: { size: number }) => 'x'.repeat(size))
const engine = useEngine({}, { steps: [give, nothing, big] })
const own = { $schema: 'https://millrace.dev/schema/graph.json' }
let names = 0
async function run(steps: object[], input: unknown = {}, more: object = {}) {
  const graph = defineGraph({ ...own, name: `x${++names}`, steps: steps as never, ...more })
  return engine.start(graph, input)
}
const text = (id: string, expression: unknown, depends_on: string[] = []) => ({
  ...{ id, type: 'transform', depends_on, config: { expression } },
})
const step = (id: string, handler: string, input: object, depends_on: string[] = []) => ({
  ...{ id, type: 'step', depends_on, config: { step: handler, input } },
})

test('ids that objects have by nature are ids like others', async () => {
  const odd = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', 'a/b', 'a b', '0']
  const list = odd.map((id) => `steps['${id}'].output.result`).join(', ')
  const steps = [
    ...odd.map((id, i) => text(id, `{{ ${i} }}`)),
    text('all', `{{ [${list}] }}`, odd),
    ...odd.map((id) => ({ ...text(`after ${id}`, '{{ 1 }}', [id]), on_error: 'skip' })),
    {
      ...{ id: 'each', type: 'map', depends_on: odd },
      config: { items: odd, as: 'one', steps: [text('one', '{{ steps[one].output.result }}')] },
    },
  ]
  const started = await run(steps)
  const output = (await started.result()) as Record<string, { result: unknown }>
  expect(output.all).toEqual({ result: odd.map((_, i) => i) })
  expect(output.each).toEqual(odd.map((_, result) => ({ result })))
  expect(Object.keys(output)).toHaveLength(odd.length + 2)
  const leaf = await run([text('__proto__', '{{ 1 }}'), text('constructor', '{{ 2 }}')])
  const leaves = (await leaf.result()) as object
  expect(JSON.stringify(leaves)).toBe('{"__proto__":{"result":1},"constructor":{"result":2}}')
})

test('branches of such names, in parallel and in a race', async () => {
  const branches = JSON.parse('{"__proto__": [], "constructor": []}') as Record<string, object[]>
  for (const [i, block] of Object.values(branches).entries())
    block.push(text(`t${i}`, `{{ ${i} }}`))
  const both = await run([{ id: 'p', type: 'parallel', config: { branches } }])
  expect(JSON.stringify(await both.result())).toBe(
    '{"p":{"__proto__":{"result":0},"constructor":{"result":1}}}',
  )
  const first = await run([{ id: 'r', type: 'race', config: { branches } }])
  expect(await first.result()).toEqual({ r: { winner: '__proto__', output: { result: 0 } } })
})

test('a flow of such slugs', async () => {
  const flow = new Flow({ slug: 'odd_slugs' })
    .step({ slug: '__proto__' }, () => 1)
    .step({ slug: 'constructor' }, () => 2)
    .step({ slug: 'all', dependsOn: ['__proto__', 'constructor'] }, (given) =>
      JSON.stringify(given),
    )
    .step(
      { slug: 'toString', dependsOn: ['constructor'], if: { constructor: 2 } as never },
      () => 3,
    )
  const started = await engine.start(flow as never)
  expect(await started.result()).toEqual({ all: '{"__proto__":1,"constructor":2}', toString: 3 })
})

describe('outputs', () => {
  test.each([[0], [''], [false], [null], [undefined], [[]], [{}]])('%j is kept', async (value) => {
    const expected = value === undefined ? null : value
    const make = value === undefined ? step('a', 'nothing', {}) : step('a', 'give', { value })
    const started = await run([
      make,
      text('b', '{{ [steps.a.output] }}', ['a']),
      {
        id: 'm',
        type: 'map',
        depends_on: ['a'],
        config: { items: [1], steps: [{ ...make, id: 'c' }] },
      },
    ])
    expect(await started.result()).toEqual({ b: { result: [expected] }, m: [expected] })
    const flow = new Flow({ slug: `kept_${++names}` })
      .step({ slug: 'a' }, () => value)
      .step({ slug: 'b', dependsOn: ['a'] }, ({ a }) => [a ?? null])
    expect(await (await engine.start(flow)).result()).toEqual({ b: [expected] })
  })

  test('as large as they may be go on; larger ones fail the step that gave them', async () => {
    const most = 1024 * 1024 - 2
    const size = '{{ steps.a.output | length }}'
    const fits = await run([step('a', 'big', { size: most }), text('b', size, ['a'])])
    expect(await fits.result()).toEqual({ b: { result: most } })
    const over = await run([
      { ...step('a', 'big', { size: most + 1 }), on_error: 'skip', retry: { max_attempts: 1 } },
      text('b', '{{ 1 }}'),
    ])
    expect(await over.result()).toEqual({ b: { result: 1 } })
  })
})

test('blocks in each other, eight deep, of all kinds', async () => {
  const late = (id: string) => ({ id: `${id} late`, type: 'delay', config: { duration: '1 hour' } })
  let block: object[] = [text('inmost', '{{ [i2, loop.index, i5, index] }}')]
  const kinds: ((steps: object[]) => object)[] = [
    (steps) => ({ id: 'd8', type: 'map', config: { items: [1], as: 'i8', steps } }),
    (steps) => ({
      id: 'd7',
      type: 'race',
      config: { branches: { only: steps, other: [late('d7')] } },
    }),
    (steps) => ({
      id: 'd6',
      type: 'parallel',
      config: { branches: { only: steps, other: [text('d6 too', 1)] } },
    }),
    (steps) => ({ id: 'd5', type: 'map', config: { items: ['c'], as: 'i5', steps } }),
    (steps) => ({
      id: 'd4',
      type: 'loop',
      config: { while: '{{ loop.index < 1 }}', max_iterations: 3, steps },
    }),
    (steps) => ({
      id: 'd3',
      type: 'race',
      timeout: 30,
      config: { branches: { only: steps, other: [late('d3')] } },
    }),
    (steps) => ({ id: 'd2', type: 'map', config: { items: ['a', 'b'], as: 'i2', steps } }),
    (steps) => ({
      id: 'd1',
      type: 'parallel',
      config: { branches: { only: steps, other: [text('d1 too', 1)] } },
    }),
  ]
  for (const make of kinds) block = [make(block)]
  const started = await run(block)
  const flat = JSON.stringify(await started.result()).match(/\["[ab]",[01],"c",0\]/g)
  expect(flat).toEqual(['["a",0,"c",0]', '["a",1,"c",0]', '["b",0,"c",0]', '["b",1,"c",0]'])
})

describe('size', () => {
  const map = async (count: number) => {
    const items = Array.from({ length: count }, (_, i) => i)
    const each = {
      id: 'each',
      type: 'map',
      config: {
        items: '{{ trigger.data }}',
        steps: [step('one', 'give', { value: '{{ item }}' })],
      },
    }
    const began = performance.now()
    const started = await run([each], items, { output: '{{ steps.each.output | sum }}' })
    expect(await started.result({ timeout: 60_000 })).toBe((count * (count - 1)) / 2)
    return performance.now() - began
  }
  const loop = async (count: number) => {
    const config = { while: `{{ loop.index < ${count - 1} }}`, max_iterations: count }
    const node = { id: 'l', type: 'loop', config: { ...config, steps: [text('n', '{{ 1 }}')] } }
    const began = performance.now()
    const started = await run([node], {}, { output: '{{ steps.l.output | length }}' })
    expect(await started.result({ timeout: 100_000 })).toBe(count)
    return performance.now() - began
  }

  test('a map of 10,000 items takes about ten times as long as one of 1,000', {
    timeout: 90_000,
  }, async () => {
    await map(1000)
    const few = await map(1000)
    const many = await map(10_000)
    expect(many / few).toBeLessThan(30)
  })

  test('a loop of 10,000 rounds too', { timeout: 120_000 }, async () => {
    const few = await loop(1000)
    const many = await loop(10_000)
    expect(many / few).toBeLessThan(30)
  })
})
