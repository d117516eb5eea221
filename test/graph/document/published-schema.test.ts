// schema/graph.json: that it is what the sources say, and that it and the validator say the same of documents.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { graphFiles } from '../../../scripts/graph-schema.js'
import { documentFields } from '../../../src/graph/document/document-fields.ts'
import { type Field, type Kind, ruleOf } from '../../../src/graph/document/field-kinds.ts'
import {
  graphJsonSchema,
  issueCodes,
  SCHEMA_URL,
  validateGraph,
} from '../../../src/graph/document/index.ts'
import { commonFields, nodeTypes } from '../../../src/graph/document/node-fields.ts'
import { graph, node, orderPipeline } from './samples.ts'

const sources = {
  schema: graphJsonSchema(),
  documentFields,
  commonFields,
  nodeTypes,
  issueCodes,
  ruleOf,
}
const check = new Ajv({
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
  allErrors: true,
}).compile(graphJsonSchema())

test.each(Object.entries(graphFiles(sources)))(
  '%s is what the sources say: npm run graph-schema',
  (path, text) => {
    expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text)
  },
)

test('every part of it says what it is for', () => {
  const { properties, definitions, $id } = graphJsonSchema() as {
    $id: string
    properties: object
    definitions: Record<string, { properties: object }>
  }
  expect($id).toBe(SCHEMA_URL)
  const fields = [
    properties,
    ...Object.values(definitions).map((one) => one.properties ?? {}),
  ].flatMap((one) => Object.entries(one))
  expect(fields.filter(([, one]) => !one.description)).toEqual([])
  expect(fields.length).toBeGreaterThan(60)
})

/** A node of each type with every field that it may have. */
const full: Record<string, object> = {
  http: {
    url: 'https://x.test/{{ trigger.a }}',
    method: 'post',
    headers: { A: 'b' },
    body: { a: [1] },
    timeout_seconds: 1.5,
    expect: [200],
    response: 'json',
    max_response_bytes: 1,
  },
  transform: { expression: { a: ['{{ trigger }}'] } },
  condition: { expression: '1', true_branch: [], false_branch: [] },
  switch: { expression: '1', cases: { a: [], '': [] }, default: [] },
  delay: { seconds: 0.5 },
  wait_until: { at: '2027-03-01T09:00:00Z' },
  wait_for: {
    event_name: 'e',
    key: '{{ trigger.k }}',
    timeout: '2 hours',
    schema: { type: 'object' },
  },
  approval: {
    question: 'May I?',
    assignees: ['a'],
    roles: ['b'],
    details: null,
    timeout: 5,
    on_timeout: 'approve',
  },
  step: { step: 'charge', input: null },
  sub_workflow: { workflow_id: 'w', input_mapping: [1] },
  sql: { statement: 's', params: [1, null, '{{ trigger.a }}'] },
  map: { items: [1], as: 'x', concurrency: 3, steps: [node('inner')] },
  loop: { while: 'false', max_iterations: 1, steps: [node('inner')] },
  parallel: { branches: [[node('p1')], [node('p2')]] },
  race: { branches: { a: [node('p1')], b: [node('p2')] } },
}
const common = {
  description: 'd',
  depends_on: ['first'],
  timeout: '1 min',
  retry: {
    max_attempts: 1,
    delay_seconds: 0,
    max_delay_seconds: 9,
    backoff: 'fixed',
    jitter: false,
  },
  on_error: { continue_with: null },
  queue: 'q',
  'x-note': { any: 1 },
}
const whole = {
  ...{
    $schema: SCHEMA_URL,
    name: 'all',
    version: '1',
    description: 'd',
    input_schema: true,
    timeout: 5,
    output: { a: 1 },
  },
  ...{
    trigger_type: 'cron',
    trigger_config: { cron_expression: '0 9 * * *', timezone: 'Europe/Berlin' },
    'x-a': 1,
  },
  ...{ webhook_secret: 's', webhook_path: 'p', is_active: false },
  steps: [node('first')],
}

/** What the validator says of shapes alone: a schema knows no names, no cycles, no expressions. */
const shape = (document: unknown) =>
  validateGraph(document).filter(({ code }) =>
    ['NO_STEPS', 'UNKNOWN_STEP_TYPE', 'VALIDATION_ERROR'].includes(code),
  )

function agree(document: unknown, isValid?: boolean) {
  const ours = shape(document)
  const theirs = check(document) ? [] : check.errors
  const shown = JSON.stringify({ document, ours, theirs }).slice(0, 2000)
  expect(ours.length === 0, shown).toBe(theirs?.length === 0)
  if (isValid !== undefined) expect(ours.length === 0, shown).toBe(isValid)
}

describe('the schema and the validator agree', () => {
  test('every type has a full example', () => {
    expect(Object.keys(full)).toEqual(Object.keys(nodeTypes))
    for (const [type, config] of Object.entries(full)) {
      const known = Object.keys(nodeTypes[type as keyof typeof nodeTypes].config)
      expect(Object.keys(config)).toEqual(type === 'delay' ? ['seconds'] : known)
    }
  })

  test.each(Object.entries(full))(
    'on %s: whole, without each field, with each field wrong, with one too many',
    (type, config) => {
      const of = (changed: unknown) =>
        graph(node('first'), { id: 'n', type, config: changed, ...common })
      agree(of(config), true)
      agree(of({ ...config, more: 1 }), false)
      agree(of({ ...config, 'x-more': 1 }), true)
      agree(of('text'), false)
      agree(of(null), false)
      for (const [name, field] of Object.entries<Field>(
        nodeTypes[type as keyof typeof nodeTypes].config,
      )) {
        const { [name]: _, ...rest } = config as Record<string, unknown>
        agree(of(rest))
        for (const wrong of wrongs(field.kind))
          if (type !== 'wait_until' || typeof wrong !== 'string')
            agree(of({ ...rest, [name]: wrong }))
      }
    },
  )

  test.each(Object.keys(commonFields))('on %s of every node', (name) => {
    const value = { ...node('n'), ...common, id: 'n', depends_on: ['first'] } as Record<
      string,
      unknown
    >
    const { [name]: _, ...rest } = value
    agree(graph(node('first'), rest))
    for (const wrong of wrongs((commonFields[name] as Field).kind))
      agree(graph(node('first'), { ...rest, [name]: wrong }))
  })

  test.each(Object.keys(documentFields))('on %s of the document', (name) => {
    const { [name]: _, ...rest } = whole as Record<string, unknown>
    agree(whole, true)
    agree(rest)
    for (const wrong of wrongs((documentFields[name] as Field).kind))
      agree({ ...rest, [name]: wrong })
  })

  test.each<[string, unknown, boolean]>([
    ['the example of the Workflow Automation Engine', orderPipeline, true],
    [
      'a title with $schema',
      { ...graph(node('a')), name: 'Zahlung → Ende', $schema: SCHEMA_URL },
      false,
    ],
    ['a title without', { ...graph(node('a')), name: 'Zahlung → Ende' }, true],
    [
      'null for what is not there',
      { ...graph({ ...node('a'), retry: null, on_error: null }), description: null, timeout: null },
      true,
    ],
    ['null for what must be there', { name: null, steps: [node('a')] }, false],
    ['a cron trigger without a cron', { ...graph(node('a')), trigger_type: 'cron' }, false],
    [
      'both of a delay',
      graph(node('a', [], { type: 'delay', config: { seconds: 1, duration: '1 s' } })),
      false,
    ],
    [
      'neither of a delay',
      graph(node('a', [], { type: 'delay', config: { seconds: null } })),
      false,
    ],
    [
      'one of a delay, the other null',
      graph(node('a', [], { type: 'delay', config: { seconds: null, duration: '1 s' } })),
      true,
    ],
    [
      'on_timeout without a timeout',
      graph(node('a', [], { type: 'approval', config: { question: 'q', on_timeout: 'reject' } })),
      false,
    ],
    [
      'a wrong node deep within',
      graph(
        node('a', [], {
          type: 'parallel',
          config: { branches: { x: [node('b')], y: [node('c', [], { config: {} })] } },
        }),
      ),
      false,
    ],
    ['no type', graph({ id: 'a', config: {} }), false],
    ['an unknown type', graph({ id: 'a', type: 'htp', config: {} }), false],
    ['no object', [], false],
  ])('%s', (_, document, isValid) => agree(document, isValid))

  test('on random damage to a whole document', () => {
    const nodes = Object.entries(full).map(([type, config], i) => ({
      ...common,
      id: `n${i}`,
      type,
      config: renamed(config, i),
    }))
    const document = { ...whole, steps: [node('first'), ...nodes] }
    const pointers = [...paths(document)]
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        0,
        -1,
        1.5,
        '',
        'text',
        true,
        [],
        {},
        [1],
        { a: 1 },
        '5 minutes',
        ['a'],
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...pointers),
        fc.option(value, { nil: undefined }),
        (path, damage) => {
          const copy = structuredClone(document)
          let holder = copy as unknown as Record<string, unknown>
          for (const step of path.slice(0, -1)) holder = holder[step] as Record<string, unknown>
          const last = path.at(-1) as string
          if (damage !== undefined) holder[last] = damage
          else if (Array.isArray(holder)) holder.splice(Number(last), 1)
          else delete holder[last]
          fc.pre(!isBeyondSchemas(path, damage))
          agree(copy)
        },
      ),
      { numRuns: 400 },
    )
  })
})

/** Values that a kind does not take, and some that it does. */
function wrongs(kind: Kind): unknown[] {
  const always = [null, 1, -1, 0, 1.5, 'a', '', true, [], {}, ['a'], [1], { a: 1 }, { a: ['b'] }]
  if (kind.is === 'whole' || kind.is === 'number') return [...always, kind.most, kind.most + 1]
  if (kind.is === 'duration')
    return [
      ...always,
      '5 minutes',
      ' 2 days 1.5h ',
      '.5 s',
      '5',
      'minutes',
      '1 year',
      3_155_760_000,
      3_155_760_001,
    ]
  if (kind.is === 'choice')
    return [...always, ...kind.of, ...kind.of.map((one) => one.toLowerCase()), 'Get']
  if (kind.is === 'nodes' || kind.is === 'schema') return always
  // a form that is no form of an address, a name, an instant is for the validator alone
  return kind.is === 'template'
    ? [...always.filter((one) => typeof one !== 'string'), 'https://x.test/\n']
    : always
}

/** What only the validator knows: addresses, instants, time zones, crons, schemas, pairs of fields, the same header twice. */
function isBeyondSchemas(path: readonly string[], damage: unknown): boolean {
  const at = path.join('/')
  if (/(url|at|timezone|cron_expression|input_schema|schema)$/.test(at)) return true
  if (/input_schema|\/schema\//.test(at)) return true
  if (/trigger_config$|headers|max_delay_seconds|delay_seconds|\/as$/.test(at)) return true
  return typeof damage === 'string' && /[\ud800-\udfff\0]/.test(damage)
}

function renamed(value: unknown, i: number): unknown {
  return JSON.parse(JSON.stringify(value).replace(/"id":"/g, `"id":"k${i}-`))
}

function* paths(value: unknown, path: string[] = []): Generator<string[]> {
  if (path.length > 0) yield path
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) yield* paths(part, [...path, key])
}
