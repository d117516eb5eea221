// Every code: where it points, in YAML (at the sign «) and in JSON, and that one document tells all of them.
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { issueCodes, planGraph, validateGraph } from '../../../src/graph/document/index.ts'
import { DefinitionError } from '../../../src/model/errors.ts'
import { graph, node, only, problems } from './samples.ts'

type Row = [code: keyof typeof issueCodes, pointer: string, says: RegExp, yaml: string]

const rows: Row[] = [
  ['NO_STEPS', '/steps', /The document has no steps/, 'name: a\nsteps: «[]\n'],
  [
    'NO_STEPS',
    '/steps/0/config/steps',
    /block of step "m" has no steps/,
    'name: a\nsteps:\n  - { id: m, type: map, config: { items: [1], steps: «[] } }\n',
  ],
  [
    'UNKNOWN_STEP_TYPE',
    '/steps/0/type',
    /"htpp", which does not exist. Did you mean "http"\?/,
    'name: a\nsteps:\n  - id: x\n    type: «htpp\n    config: {}\n',
  ],
  [
    'DUPLICATE_STEP_ID',
    '/steps/1/id',
    /"x" is there twice, first at \/steps\/0/,
    'name: a\nsteps:\n  - { id: x, type: delay, config: { seconds: 1 } }\n  - id: «x\n    type: delay\n    config: { seconds: 1 }\n',
  ],
  [
    'DUPLICATE_STEP_ID',
    '/steps/1/config/steps/0/id',
    /also across blocks/,
    'name: a\nsteps:\n  - { id: x, type: delay, config: { seconds: 1 } }\n  - id: m\n    type: map\n    config:\n      items: [1]\n      steps:\n        - { id: «x, type: delay, config: { seconds: 1 } }\n',
  ],
  [
    'INVALID_DEPENDENCY',
    '/steps/0/depends_on/0',
    /depends on "validat", which does not exist/,
    'name: a\nsteps:\n  - id: x\n    depends_on:\n      - «validat\n    type: delay\n    config: { seconds: 1 }\n',
  ],
  [
    'INVALID_DEPENDENCY',
    '/steps/1/config/steps/0/depends_on/0',
    /in another block/,
    'name: a\nsteps:\n  - { id: x, type: delay, config: { seconds: 1 } }\n  - { id: m, type: map, config: { items: [1], steps: [{ id: y, depends_on: [«x], type: delay, config: { seconds: 1 } }] } }\n',
  ],
  [
    'CYCLE_DETECTED',
    '/steps/0/depends_on',
    /2 steps depend on each other in a circle: x → y → x/,
    'name: a\nsteps:\n  - { id: x, depends_on: «[y], type: delay, config: { seconds: 1 } }\n  - { id: y, depends_on: [x], type: delay, config: { seconds: 1 } }\n',
  ],
  [
    'EXPRESSION_ERROR',
    '/steps/0/config/expression',
    /cannot be read, at character 16/,
    'name: a\nsteps:\n  - id: x\n    type: transform\n    config:\n      expression: «"{{ trigger.a + }}"\n',
  ],
  [
    'EXPRESSION_ERROR',
    '/steps/0/config/expression',
    /there is no step "y"/,
    'name: a\nsteps:\n  - id: x\n    type: transform\n    config:\n      expression: «"{{ steps.y.output }}"\n',
  ],
  [
    'EXPRESSION_ERROR',
    '/output/deep/0',
    /there is no "trigge" to read. Did you mean "trigger"\?/,
    'name: a\noutput:\n  deep: [«"{{ trigge.a }}"]\nsteps:\n  - { id: x, type: delay, config: { seconds: 1 } }\n',
  ],
  [
    'VALIDATION_ERROR',
    '/stepz',
    /"stepz", which nobody reads. Did you mean "steps"\?/,
    'name: a\nstepz: «1\nsteps:\n  - { id: x, type: delay, config: { seconds: 1 } }\n',
  ],
  [
    'VALIDATION_ERROR',
    '/steps/0',
    /step "x" has no config, which it must have/,
    'name: a\nsteps:\n  - «id: x\n    type: delay\n',
  ],
  [
    'VALIDATION_ERROR',
    '/steps/0/retry/max_attempts',
    /is 0, but must be a whole number from 1/,
    'name: a\nsteps:\n  - id: x\n    type: delay\n    retry: { max_attempts: «0 }\n    config: { seconds: 1 }\n',
  ],
  [
    'INVALID_BRANCH',
    '/steps/0/config/true_branch/0',
    /names "big", which does not exist/,
    'name: a\nsteps:\n  - { id: c, type: condition, config: { expression: "1", true_branch: [«big] } }\n',
  ],
  [
    'INVALID_BRANCH',
    '/steps/0/config/false_branch/0',
    /Step "x" is in a branch of "c", but does not depend on it/,
    'name: a\nsteps:\n  - { id: c, type: condition, config: { expression: "1", false_branch: [«x] } }\n  - { id: x, type: delay, config: { seconds: 1 } }\n',
  ],
  [
    'UNREACHABLE_STEP',
    '/steps/1',
    /Step "x" can never run: it is in both branches of "c"/,
    'name: a\nsteps:\n  - { id: c, type: condition, config: { expression: "1", true_branch: [x], false_branch: [x] } }\n  - «{ id: x, depends_on: [c], type: delay, config: { seconds: 1 } }\n',
  ],
]

test.each(rows)('%s at %s: %s', (code, pointer, says, marked) => {
  const before = marked.slice(0, marked.indexOf('«'))
  const yaml = marked.replace('«', '')
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  const issue = only(yaml)
  expect(issue).toMatchObject({ code, pointer, line, column })
  expect(issue.message).toMatch(says)

  const value = parse(yaml)
  const bare = only(value)
  expect(bare).toMatchObject({ code, pointer, message: issue.message })
  expect(bare).not.toHaveProperty('line')

  const json = JSON.stringify(value, null, 2)
  const found = only(json)
  expect({ ...found, line: issue.line, column: issue.column }).toEqual(issue)
  expect(json.split('\n')[Number(found.line) - 1]?.slice(Number(found.column) - 1)).toBe(
    startOf(value, pointer, json),
  )
})

test('the rest of the codes has tests of its own', () => {
  const others = [
    'TOO_MANY_STEPS',
    'MAX_DEPTH_EXCEEDED',
    'SYNTAX_ERROR',
    'TOO_LARGE',
    'UNKNOWN_STEP',
  ]
  const here = rows.map(([code]) => code)
  expect(new Set([...here, ...others])).toEqual(new Set(Object.keys(issueCodes)))
})

test('one document tells all that is wrong with it, in the order of the text', () => {
  const yaml = `name: a
retrys: 1
steps:
  - id: x
    type: http
    config: { url: "ftp://x", method: FETCH }
  - id: x
    type: nothing
    config: {}
  - id: y
    depends_on: [z, nobody]
    type: transform
    config: { expression: "{{ steps.nobody.output }} {{ 1 + }}" }
  - id: z
    depends_on: [y]
    type: transform
    config: { expression: "{{ steps.w.output }}", more: 1 }
  - 17
`
  expect(validateGraph(yaml).map(({ code, line }) => [line, code])).toEqual([
    [2, 'VALIDATION_ERROR'],
    [6, 'VALIDATION_ERROR'],
    [6, 'VALIDATION_ERROR'],
    [7, 'DUPLICATE_STEP_ID'],
    [8, 'UNKNOWN_STEP_TYPE'],
    [11, 'CYCLE_DETECTED'],
    [11, 'INVALID_DEPENDENCY'],
    [13, 'EXPRESSION_ERROR'],
    [17, 'EXPRESSION_ERROR'],
    [17, 'VALIDATION_ERROR'],
    [18, 'VALIDATION_ERROR'],
  ])
})

test('the error of planGraph has every issue, and shows the first five', () => {
  const bad = Array.from({ length: 7 }, (_, i) => node(`n${i}`, ['nobody']))
  try {
    planGraph(JSON.stringify(graph(...bad), null, 1))
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError)
    const { message, issues, details, code } = error as DefinitionError & { issues: unknown[] }
    expect(code).toBe('MR030')
    expect(issues).toHaveLength(7)
    expect(issues[0]).toMatchObject({
      code: 'INVALID_DEPENDENCY',
      pointer: '/steps/0/depends_on/0',
      path: '/steps/0/depends_on/0',
    })
    expect(details).toMatchObject({ codes: ['INVALID_DEPENDENCY'] })
    expect(message).toMatch(/^The graph has 7 errors:\n\d+:\d+ INVALID_DEPENDENCY: Step "n0"/)
    expect(message.match(/INVALID_DEPENDENCY/g)).toHaveLength(5)
    expect(message).toMatch(/\n… and 2 more; "millrace workflows check" tells all$/)
  }
})

test.each([null, 1, true, 'text', [], [1], '', '[]', '3', '{}', '"a"', undefined])(
  'what is no document is told, not thrown: %s',
  (source) => {
    expect(validateGraph(source)).not.toEqual([])
  },
)

test.each([
  [
    'getter',
    {
      get name() {
        throw new Error('no')
      },
      steps: [],
    },
  ],
  [
    'proxy',
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no')
        },
      },
    ),
  ],
  [
    'cycle',
    (() => {
      const a: Record<string, unknown> = { name: 'a' }
      a.steps = [a]
      return a
    })(),
  ],
  ['function', { name: 'a', steps: () => [] }],
  [
    'toJSON',
    {
      name: 'a',
      steps: [],
      toJSON() {
        throw new Error('no')
      },
    },
  ],
  ['BigInt', { name: 'a', steps: [], x: 1n }],
  ['lone surrogate', { name: 'a', steps: [node('a', [], { description: '\ud800' })] }],
  ['U+0000', graph(node('a', [], { description: 'a\0b' }))],
])('objects that are no plain data are refused: %s', (_, source) => {
  expect(validateGraph(source)).not.toEqual([])
})

test('keys of the prototype are keys as any others', () => {
  expect(
    problems(
      '{"name":"a","__proto__":1,"steps":[{"id":"a","type":"transform","config":{"expression":{"__proto__":{"x":1}}}}]}',
    ),
  ).toEqual(['VALIDATION_ERROR /__proto__'])
  expect(
    problems(
      'name: a\nconstructor: 1\nsteps:\n- {id: toString, type: transform, config: {expression: 1}}',
    ),
  ).toEqual(['VALIDATION_ERROR /constructor'])
  expect(only(graph({ id: 'a', type: 'constructor', config: {} })).code).toBe('UNKNOWN_STEP_TYPE')
  expect(only(graph({ id: 'a', type: '__proto__', config: {} })).code).toBe('UNKNOWN_STEP_TYPE')
  const plan = planGraph(
    '{"name":"a","steps":[{"id":"__proto__","type":"transform","config":{"expression":{"__proto__":{"x":1}}}}]}',
  )
  expect(JSON.stringify(plan.document)).toContain('"expression":{"__proto__":{"x":1}}')
  expect(plan.byId.get('__proto__')?.type).toBe('transform')
  expect(({} as { x?: number }).x).toBeUndefined()
})

/** The rest of the line from where a value of the document begins in its JSON. */
function startOf(value: unknown, pointer: string, json: string): string {
  const mark = '\u0001here'
  const copy = structuredClone(value) as Record<string, unknown>
  const steps = pointer.slice(1).split('/')
  let holder = copy
  for (const step of steps.slice(0, -1)) holder = holder[step] as Record<string, unknown>
  holder[steps.at(-1) as string] = mark
  const at = JSON.stringify(copy, null, 2).indexOf(JSON.stringify(mark))
  return json.slice(at, json.indexOf('\n', at))
}
