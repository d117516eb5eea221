import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffDocuments } from '../../../src/graph/moving/index.ts'
import { DefinitionError } from '../../../src/model/errors.ts'
import { graph, node, orderPipeline } from '../document/samples.ts'

const base = {
  ...graph(
    node('a', [], { retry: { max_attempts: 3, delay_seconds: 1 }, timeout: '5 minutes' }),
    node('b', ['a'], {
      type: 'http',
      config: {
        url: 'https://x.test',
        headers: { A: '1' },
        body: [1, { c: 2 }],
        expect: [200, 201],
      },
    }),
    node('c', ['a'], { type: 'condition', config: { expression: '1', true_branch: ['d', 'e'] } }),
    ...[node('d', ['c']), node('e', ['c', 'b'])],
    node('m', [], {
      type: 'race',
      config: { branches: { x: [node('x1'), node('x2', ['x1'])], y: [node('y1')] } },
    }),
  ),
  timeout: 60,
  webhook_secret: 'hush',
}

type Changed = typeof base & Record<string, unknown>

/** The lines for a change of the base. */
function diff(
  change: (
    document: Changed,
    step: (id: string) => Record<string, unknown> & { config: Record<string, unknown> },
  ) => void,
): string[] {
  const after = structuredClone(base) as Changed
  const all = (steps: unknown[]): Record<string, unknown>[] =>
    (steps as Record<string, unknown>[]).flatMap((one) => {
      const { branches } = one.config as { branches?: Record<string, unknown[]> }
      return [one, ...Object.values(branches ?? {}).flatMap(all)]
    })
  change(after, (id) => all(after.steps).find((one) => one.id === id) as never)
  return diffDocuments(base, after)
}

describe('what is no change', () => {
  test('the same, in whatever form and order', () => {
    expect(diffDocuments(base, base)).toEqual([])
    expect(diffDocuments(base, JSON.stringify(base))).toEqual([])
    const { steps, ...rest } = base
    expect(diffDocuments(base, { ...rest, steps: [...steps].reverse() })).toEqual([])
    expect(diff((_, step) => (step('e').depends_on as string[]).reverse())).toEqual([])
    expect(diff((_, step) => (step('c').config.true_branch as string[]).reverse())).toEqual([])
    expect(diff((_, step) => Object.assign(step('a'), { depends_on: [] }))).toEqual([])
    expect(
      diff((_, step) => Object.assign(step('b').config, { headers: { A: '1' }, method: null })),
    ).toEqual([])
  })

  test('how a duration is written', () => {
    expect(diff((_, step) => Object.assign(step('a'), { timeout: 300 }))).toEqual([])
    expect(diff((document) => Object.assign(document, { timeout: '1 minute' }))).toEqual([])
  })
})

describe('what is told', () => {
  test.each<[string, Parameters<typeof diff>[0], string[]]>([
    [
      'a name',
      (document) => {
        document.name = 'other'
      },
      ['name: "sample", now "other"'],
    ],
    [
      'a field of the document',
      (document) => {
        document.description = 'new'
      },
      ['description: "new", was not there'],
    ],
    [
      'a timeout',
      (document) => {
        document.timeout = 61
      },
      ['timeout: 60, now 61'],
    ],
    [
      'a secret, but not which',
      (document) => {
        document.webhook_secret = 'loud'
      },
      ['webhook_secret: changed'],
    ],
    [
      'a secret that is gone',
      (document) => {
        document.webhook_secret = null as never
      },
      ['webhook_secret: "…", now not there'],
    ],
    [
      'a node that is new',
      (document) => {
        document.steps.push(node('n', ['d', 'e']) as never)
      },
      ['step "n" added (transform, in the document, after "d" and "e")'],
    ],
    [
      'a node that is gone',
      (document) => {
        document.steps = document.steps.filter((one) => (one as { id: string }).id !== 'm')
      },
      [
        ...[
          'step "m" removed (race, in the document)',
          'step "x1" removed (transform, in "m", branch "x")',
        ],
        ...[
          'step "x2" removed (transform, in "m", branch "x")',
          'step "y1" removed (transform, in "m", branch "y")',
        ],
      ],
    ],
    [
      'dependencies',
      (_, step) => {
        Object.assign(step('e'), { depends_on: ['c', 'a'] })
      },
      ['step "e" no longer depends on "b"', 'step "e" now depends on "a"'],
    ],
    [
      'a type',
      (_, step) => {
        Object.assign(step('a'), { type: 'delay', config: { seconds: 1 } })
      },
      [
        'step "a": type: transform, now delay',
        'step "a": config.expression: 1, now not there',
        'step "a": config.seconds: 1, was not there',
      ],
    ],
    [
      'fields within fields',
      (_, step) => {
        Object.assign(step('a'), { retry: { max_attempts: 5, backoff: 'fixed' } })
      },
      [
        'step "a": retry.max_attempts: 3, now 5',
        'step "a": retry.delay_seconds: 1, now not there',
        'step "a": retry.backoff: "fixed", was not there',
      ],
    ],
    [
      'lists, item by item',
      (_, step) => {
        Object.assign(step('b').config, { body: [1, { c: 3 }, 4], expect: [200] })
      },
      [
        'step "b": config.body[1].c: 2, now 3',
        'step "b": config.body[2]: 4, was not there',
        'step "b": config.expect[1]: 201, now not there',
      ],
    ],
    [
      'branches',
      (_, step) => {
        Object.assign(step('c').config, { true_branch: ['d'], false_branch: ['e'] })
      },
      [
        'step "c": config.true_branch: no longer "e"',
        'step "c": config.false_branch: ["e"], was not there',
      ],
    ],
    [
      'another kind of value',
      (_, step) => {
        step('b').config.body = 'text'
      },
      ['step "b": config.body: [1,{"c":2}], now "text"'],
    ],
    [
      'a node that has moved',
      (document, step) => {
        const { branches } = step('m').config as { branches: Record<string, unknown[]> }
        branches.y?.push(...(branches.x?.splice(1) ?? []))
        Object.assign(branches.y?.[1] as object, { depends_on: ['y1'] })
        document.version = '2'
      },
      [
        'version: "2", was not there',
        'step "x2" moved: in "m", branch "x", now in "m", branch "y"',
        'step "x2" no longer depends on "x1"',
        'step "x2" now depends on "y1"',
      ],
    ],
    [
      'long texts, in short',
      (_, step) => {
        step('b').config.url = `https://x.test/${'a'.repeat(1000)}`
      },
      [`step "b": config.url: "https://x.test", now "https://x.test/${'a'.repeat(63)}…`],
    ],
    [
      'the unknown keys of people',
      (document) => {
        document['x-note'] = { __proto__: null, a: 1 }
      },
      ['x-note: {"a":1}, was not there'],
    ],
  ])('%s', (_, change, expected) => {
    expect(diff(change)).toEqual(expected)
  })

  test('two long texts that begin alike', () => {
    const [one, other] = ['x', 'y'].map((end) =>
      graph(node('a', [], { config: { expression: 'a'.repeat(500) + end } })),
    )
    expect(diffDocuments(one, other)).toEqual([
      expect.stringMatching(/^step "a": config\.expression: "a+…, now another that begins so$/),
    ])
  })
})

test('what is not valid is refused', () => {
  expect(() => diffDocuments(base, 'name: a')).toThrow(DefinitionError)
})

test('a random change is told, and undone it is told the other way round', () => {
  const change = fc.record({
    step: fc.nat(3),
    field: fc.constantFrom('description', 'queue', 'x-a'),
    value: fc.constantFrom('one', 'two', undefined),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const after = structuredClone(orderPipeline) as { steps: Record<string, unknown>[] }
      for (const { step, field, value } of changes) {
        if (value === undefined) delete after.steps[step]?.[field]
        else Object.assign(after.steps[step] as object, { [field]: value })
      }
      const isSame = JSON.stringify(sorted(after)) === JSON.stringify(sorted(orderPipeline))
      const [there, back] = [
        diffDocuments(orderPipeline, after),
        diffDocuments(after, orderPipeline),
      ]
      expect(there.length === 0).toBe(isSame)
      expect(back).toHaveLength(there.length)
    }),
  )
})

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.entries(value)
    .sort()
    .map(([key, part]) => [key, sorted(part)])
}
