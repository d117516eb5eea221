import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planGraph } from '../../../src/graph/document/index.ts'
import { dryRunPlan } from '../../../src/graph/moving/index.ts'
import { graph, node, orderPipeline } from '../document/samples.ts'

const steps = (document: unknown, input?: never) => dryRunPlan(planGraph(document), input)

describe('the example of the Workflow Automation Engine', () => {
  test('in layers, with its branches', () => {
    expect(steps(orderPipeline)).toEqual([
      { id: 'validate', type: 'transform', dependsOn: [], layer: 0 },
      {
        id: 'check_amount',
        type: 'condition',
        dependsOn: ['validate'],
        layer: 1,
        branches: { true: ['high_value'], false: ['standard'] },
      },
      {
        id: 'high_value',
        type: 'transform',
        dependsOn: ['check_amount'],
        layer: 2,
        onlyIf: ['check_amount: true'],
      },
      {
        id: 'standard',
        type: 'transform',
        dependsOn: ['check_amount'],
        layer: 2,
        onlyIf: ['check_amount: false'],
      },
    ])
  })

  const own = JSON.parse(
    JSON.stringify(orderPipeline).replaceAll('trigger.payload', 'trigger.data'),
  )

  test.each([
    [250, 'true', 'standard'],
    [50, 'false', 'high_value'],
  ])('with an input of %i it takes %s', (amount, branch, skipped) => {
    const found = steps(own, { amount } as never)
    expect(found.find(({ id }) => id === 'check_amount')?.takes).toBe(branch)
    expect(found.filter(({ isSkipped }) => isSkipped).map(({ id }) => id)).toEqual([skipped])
  })

  test('with an input that its expression does not fit, it says so', () => {
    const found = steps(own, { amuont: 1 } as never)
    expect(found.find(({ id }) => id === 'check_amount')?.problem).toMatch(
      /trigger\.data\.amount is not there; trigger\.data has: amuont/,
    )
    expect(found.filter(({ isSkipped }) => isSkipped)).toEqual([])
  })
})

test('what each would wait for', () => {
  const block = { steps: [node('x')] }
  const of = (type: string, config: object) => {
    const inner = JSON.parse(JSON.stringify(config).replaceAll('"x"', `"x-${type}"`))
    return node(type, [], { type, config: inner })
  }
  const found = steps(
    graph(
      of('delay', { duration: '1.5 hours' }),
      of('wait_until', { at: '{{ trigger.data.when }}' }),
      of('wait_for', { event_name: 'paid', key: '{{ trigger.data.id }}', timeout: 60 }),
      of('approval', {
        question: 'May I?',
        assignees: ['ada'],
        roles: ['boss'],
        timeout: '2 days',
      }),
      of('sub_workflow', { workflow_id: 'refund' }),
      of('map', { items: '{{ trigger.data.list }}', concurrency: 3, ...block }),
      of('loop', { while: 'false', max_iterations: 9, ...block }),
      of('race', { branches: { a: [node('x')], b: [node('y')] } }),
      node('parallel', [], {
        type: 'parallel',
        config: { branches: [[node('p0')], [node('p1')]] },
      }),
      of('transform', { expression: 1 }),
    ),
  )
  const words = Object.fromEntries(
    found
      .filter(({ within }) => within === undefined)
      .map(({ type, waitsFor }) => [type, waitsFor]),
  )
  expect(words).toEqual({
    delay: '1 h 30 min',
    wait_until: 'until {{ trigger.data.when }}',
    wait_for: 'the event "paid" with the key {{ trigger.data.id }}, for at most 1 min',
    approval: 'an answer of "ada" or "role boss", for at most 2 days',
    sub_workflow: 'a run of "refund"',
    map: 'its block for each item of {{ trigger.data.list }}, 3 at once',
    loop: 'its block, up to 9 times',
    race: 'the first of its 2 branches',
    parallel: 'all of its 2 branches',
    transform: undefined,
  })
  expect(
    steps(graph(node('a', [], { type: 'approval', config: { question: 'q' } })))[0]?.waitsFor,
  ).toBe('an answer of anybody')
  expect(
    steps(graph(node('a', [], { type: 'map', config: { items: [1, 2], ...block } })))[0]?.waitsFor,
  ).toBe('its block for 2 items')
  expect(
    steps(graph(node('a', [], { type: 'map', config: { items: [1], ...block } })))[0]?.waitsFor,
  ).toBe('its block for 1 item')
})

test('what is within a block comes after its node, and what follows the block after all of that', () => {
  const found = steps(
    graph(
      node('before'),
      node('m', ['before'], {
        type: 'parallel',
        config: { branches: { a: [node('a1'), node('a2', ['a1'])], b: [node('b1')] } },
      }),
      node('after', ['m']),
    ),
  )
  expect(found.map(({ id, layer, within }) => [id, layer, within])).toEqual([
    ['before', 0, undefined],
    ['m', 1, undefined],
    ['a1', 2, 'm.a'],
    ['b1', 2, 'm.b'],
    ['a2', 3, 'm.a'],
    ['after', 4, undefined],
  ])
})

test('skipping goes down to what has nothing else before it, and into blocks', () => {
  const found = steps(
    graph(
      node('c', [], {
        type: 'condition',
        config: { expression: 'trigger.data', true_branch: ['x'], false_branch: ['m'] },
      }),
      ...[node('x', ['c']), node('y', ['x']), node('z', ['y', 'free']), node('free')],
      node('m', ['c'], { type: 'map', config: { items: [1], steps: [node('inner')] } }),
    ),
    true as never,
  )
  expect(found.filter(({ isSkipped }) => isSkipped).map(({ id }) => id)).toEqual(['m', 'inner'])
  const other = steps(
    graph(
      node('c', [], {
        type: 'switch',
        config: { expression: '{{ trigger.data }}', cases: { a: ['x'] }, default: [] },
      }),
      ...[node('x', ['c']), node('y', ['x']), node('z', ['y', 'free']), node('free')],
    ),
    'b' as never,
  )
  expect(other.filter(({ isSkipped }) => isSkipped).map(({ id }) => id)).toEqual(['x', 'y'])
  expect(other[0]?.takes).toBe('default')
})

test('whatever the graph, each comes in a later layer than what it depends on, and is there once', () => {
  const nodes = fc
    .array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
    .map((all) =>
      all.map((depends, i) =>
        node(`n${i}`, i === 0 ? [] : [...new Set(depends.map((n) => `n${n % i}`))]),
      ),
    )
  fc.assert(
    fc.property(nodes, (all) => {
      const found = steps(graph(...[...all].reverse()))
      const layers = new Map(found.map(({ id, layer }) => [id, layer]))
      expect(layers.size).toBe(all.length)
      for (const [i, { dependsOn, layer }] of found.entries()) {
        const before = dependsOn.map((id) => layers.get(id) as number)
        expect(layer).toBe(before.length === 0 ? 0 : Math.max(...before) + 1)
        for (const id of dependsOn) expect(found.findIndex((one) => one.id === id)).toBeLessThan(i)
      }
    }),
  )
})
