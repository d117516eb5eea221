import { describe, expect, test } from 'vitest'
import { planGraph, validateGraph } from '../../../src/graph/document/index.ts'
import {
  MAX_BLOCKS,
  MAX_DOCUMENT_BYTES,
  MAX_DOCUMENT_DEPTH,
  MAX_ISSUES,
  MAX_NODES,
} from '../../../src/model/limits.ts'
import { busyMs, graph, node, only, problems } from './samples.ts'

const chain = (count: number) =>
  Array.from({ length: count }, (_, i) => node(`n${i}`, i === 0 ? [] : [`n${i - 1}`]))

describe('nodes', () => {
  test('10,000 are taken, one more is not', () => {
    expect(problems(graph(...chain(MAX_NODES)))).toEqual([])
    const issue = only(graph(...chain(MAX_NODES + 1)))
    expect(issue).toMatchObject({
      code: 'TOO_MANY_STEPS',
      pointer: '/steps',
      details: { limit: MAX_NODES },
    })
  })

  test('an operator may set fewer, blocks counted', () => {
    const inner = [node('a'), node('b')]
    const map = node('m', [], { type: 'map', config: { items: [1], steps: inner } })
    expect(problems(graph(map), { maxNodes: 3 })).toEqual([])
    expect(problems(graph(map), { maxNodes: 2 })).toEqual(['TOO_MANY_STEPS /steps'])
    expect(problems(graph(...chain(51)), { maxNodes: 50 })).toEqual(['TOO_MANY_STEPS /steps'])
  })
})

describe('depth', () => {
  test('has no limit but that of an operator; the first that is too deep is told', () => {
    expect(problems(graph(...chain(20)), { maxDepth: 20 })).toEqual([])
    const issue = only(graph(...chain(40)), { maxDepth: 20 })
    expect(issue).toMatchObject({
      code: 'MAX_DEPTH_EXCEEDED',
      pointer: '/steps/20',
      details: { limit: 20 },
    })
    expect(issue.message).toMatch(/Step "n20" is the 21th in a chain/)
  })

  test('counts what comes before a block', () => {
    const map = node('m', ['n2'], {
      type: 'map',
      config: { items: [1], steps: [node('a'), node('b', ['a'])] },
    })
    expect(problems(graph(...chain(3), map), { maxDepth: 6 })).toEqual([])
    expect(problems(graph(...chain(3), map), { maxDepth: 5 })).toEqual([
      'MAX_DEPTH_EXCEEDED /steps/3/config/steps/1',
    ])
  })

  const nested = (levels: number): object =>
    levels === 0
      ? node('innermost')
      : node(`m${levels}`, [], { type: 'map', config: { items: [1], steps: [nested(levels - 1)] } })

  test(`${MAX_BLOCKS} blocks in each other`, () => {
    expect(problems(graph(nested(MAX_BLOCKS)))).toEqual([])
    const issue = only(graph(nested(MAX_BLOCKS + 1)))
    expect(issue.code).toBe('MAX_DEPTH_EXCEEDED')
    expect(issue.details).toEqual({ limit: MAX_BLOCKS })
  })
})

describe('size', () => {
  const large = 'x'.repeat(MAX_DOCUMENT_BYTES)

  test.each([
    ['JSON', JSON.stringify(graph(node('a', [], { config: { expression: large } })))],
    ['YAML', `name: a\nsteps: []\nx-a: ${large}`],
    ['two bytes a character', `name: a\nsteps: []\nx-a: ${'é'.repeat(MAX_DOCUMENT_BYTES / 2)}`],
    ['an object', graph(node('a', [], { config: { expression: large } }))],
    [
      'an object of small parts',
      graph(node('a', [], { config: { expression: Array.from({ length: 2_100_000 }, () => 1) } })),
    ],
  ])('%s', (_, source) => {
    const { code, pointer, message } = only(source)
    expect([code, pointer]).toEqual(['TOO_LARGE', ''])
    expect(message.length).toBeLessThan(300)
  })

  test('an object that refers to one part a million times is refused without being written out', () => {
    let part: unknown = ['x'.repeat(1000)]
    for (let i = 0; i < 40; i++) part = [part, part]
    expect(only(graph(node('a', [], { config: { expression: part } }))).code).toBe('TOO_LARGE')
  })
})

describe('depth of the text', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`
  const json = (levels: number) =>
    `{"name":"a","steps":[{"id":"a","type":"transform","config":{"expression":${deep(levels)}}}]}`

  test.each([200, 100_000, 1_000_000])('%i levels are told, not a crash', (levels) => {
    expect(only(json(levels)).code).toBe('TOO_LARGE')
    expect(only(`name: a\nx-a: ${deep(levels)}`).code).toBe('TOO_LARGE')
    expect(only(`- `.repeat(levels))).toMatchObject({ code: 'TOO_LARGE' })
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = [value]
    expect(only(graph(node('a', [], { config: { expression: value } }))).code).toBe('TOO_LARGE')
  })

  test('what is allowed in JSON is allowed in YAML, and as an object', () => {
    const most = MAX_DOCUMENT_DEPTH - 4
    for (const levels of [most, most + 1]) {
      const expected = levels === most ? [] : [expect.stringMatching(/^TOO_LARGE/)]
      expect(problems(json(levels))).toEqual(expected)
      expect(problems(` # YAML\n${json(levels)}`)).toEqual(expected)
      expect(problems(JSON.parse(json(levels)))).toEqual(expected)
    }
  })
})

describe('YAML', () => {
  test('a bomb of anchors is refused at once', () => {
    const lines = Array.from({ length: 30 }, (_, i) =>
      i === 0 ? 'x-a0: &a0 [lol, lol]' : `x-a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`,
    )
    const ms = busyMs(() => {
      const { code, message } = only(`name: a\n${lines.join('\n')}\nsteps: []`)
      expect(code).toBe('TOO_LARGE')
      expect(message).toMatch(/where its anchors are written out/)
    })
    expect(ms).toBeLessThan(1000)
  })

  test('anchors that are used within reason are written out', () => {
    const yaml = `name: a
x-retry: &retry { max_attempts: 5 }
steps:
  - { id: a, type: transform, retry: *retry, config: { expression: 1 } }
  - { id: b, type: transform, retry: *retry, config: { expression: 1 } }
`
    const { document } = planGraph(yaml)
    expect(document.steps.map(({ retry }) => retry)).toEqual([
      { max_attempts: 5 },
      { max_attempts: 5 },
    ])
  })

  test('an alias within its own anchor is refused', () => {
    expect(only('name: a\nsteps: &a [*a]').message).toMatch(/lies within what it stands for/)
  })

  test('many keys cost no more than their number', () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `x-${i}: 1`)
    const ms = busyMs(() => {
      expect(problems(`name: a\n${keys.join('\n')}\nsteps: []`)).toEqual(['NO_STEPS /steps'])
    })
    expect(ms).toBeLessThan(5000)
  })
})

describe('issues', () => {
  test(`${MAX_ISSUES} are told, in a bounded time`, () => {
    const id = (i: number) => `${'n'.repeat(100)}${i}`
    const bad = Array.from({ length: MAX_NODES }, (_, i) => node(id(i), [`${id(i)}x`], { more: 1 }))
    const ms = busyMs(() => {
      expect(validateGraph(graph(...bad))).toHaveLength(MAX_ISSUES)
    })
    expect(ms).toBeLessThan(4000)
  })

  test('messages do not repeat what is long', () => {
    const long = 'x'.repeat(100_000)
    const steps = [
      node(long, [long, 'a']),
      { ...node('b'), type: long, [long]: 1 },
      node('c', [], { queue: long }),
    ]
    const issues = validateGraph({ ...graph(...steps), name: long })
    expect(issues.length).toBeGreaterThan(5)
    for (const { message } of issues) expect(message.length).toBeLessThan(1000)
  })
})

describe('speed', () => {
  const layered = (count: number, width: number) =>
    Array.from({ length: count }, (_, i) => {
      const before = Math.floor(i / width) * width
      const depends =
        before === 0 ? [] : [1, 7, 13].map((k) => `n${before - width + ((i + k) % width)}`)
      const reads = depends.map((id) => `{{ steps.${id}.output.result }}`).join(' ')
      return node(`n${i}`, [...new Set(depends)], { config: { expression: `a ${reads}` } })
    })

  test.each([
    ['a chain', chain(5000)],
    ['layers of 50', layered(5000, 50)],
    [
      'one that waits for 4,999',
      [
        ...chain(1),
        ...Array.from({ length: 4998 }, (_, i) => node(`m${i}`)),
        node('all', ['n0', ...Array.from({ length: 4998 }, (_, i) => `m${i}`)]),
      ],
    ],
  ])('5,000 nodes are planned in well under a second: %s', (_, steps) => {
    const text = JSON.stringify(graph(...steps))
    planGraph(text) // the first time is that of the compiler
    const ms = busyMs(() => {
      expect(planGraph(text).root.nodes).toHaveLength(5000)
    })
    expect(ms).toBeLessThan(1000)
  })

  test('reading far back is not a walk for each', () => {
    const steps = chain(5000).map((step, i) => ({
      ...step,
      config: { expression: `{{ steps.n${i >> 1}.output }} {{ steps.n${i >> 2}.output }}` },
    }))
    const fine = graph(
      ...steps.slice(0, 1).map((step) => ({ ...step, config: { expression: 1 } })),
      ...steps.slice(1),
    )
    const ms = busyMs(() => {
      expect(problems(fine)).toEqual([])
    })
    expect(ms).toBeLessThan(3000)
  })
})
