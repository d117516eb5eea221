// JSON Schemas within documents: what is taken, that checking with them is bounded, and what they say of values.

import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toSchema, validateGraph } from '../../../src/graph/document/index.ts'
import type { Json } from '../../../src/model/json.ts'
import { busyMs, graph, node, only, problems } from './samples.ts'

const withSchema = (schema: unknown) => ({ ...graph(node('a')), input_schema: schema })

describe('schemas in documents', () => {
  test.each<[string, unknown]>([
    [
      'of types',
      { type: 'object', required: ['id'], properties: { id: { type: 'string', minLength: 1 } } },
    ],
    ['true', true],
    ['false', false],
    ['empty', {}],
    [
      'with $defs',
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b~1c' }, 'b/c': { type: 'number' } } },
    ],
    [
      'of draft-07',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { a: {} },
        items: [{ $ref: '#/definitions/a' }],
      },
    ],
    [
      'of 2020-12',
      { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'null' }] },
    ],
    ['with an $id', { $id: 'https://x.test/a', type: 'object' }],
    ['with notes of others', { type: 'string', example: 'a', 'x-note': 1, format: 'email' }],
    ['with patterns', { pattern: '^[a-z]+(-[a-z]+)*$', patternProperties: { '^x-': {} } }],
    ['with few unique items', { uniqueItems: true, maxItems: 1000 }],
  ])('%s', (_, schema) => {
    expect(problems(withSchema(schema))).toEqual([])
    expect(problems(withSchema(schema))).toEqual([])
  })

  test.each<[string, unknown, string, RegExp]>([
    ['no schema', 'object', '', /must be a JSON Schema/],
    [
      'a type that there is not',
      { properties: { a: { type: 'text' } } },
      '/properties/a/type',
      /is not one/,
    ],
    [
      'a dialect that is not read',
      { $schema: 'http://json-schema.org/draft-04/schema#' },
      '/$schema',
      /read are 2020-12 and draft-07/,
    ],
    [
      'a $ref to elsewhere',
      { $ref: 'https://x.test/schema' },
      '/$ref',
      /may lead within this schema only/,
    ],
    [
      'a $ref to a file',
      { $ref: 'file:///etc/passwd' },
      '/$ref',
      /may lead within this schema only/,
    ],
    [
      'a $ref to nothing',
      { allOf: [{ $ref: '#/$defs/nope' }], $defs: {} },
      '/allOf/0/$ref',
      /where nothing is/,
    ],
    [
      'a $ref to itself',
      { properties: { a: { $ref: '#' } } },
      '/properties/a/$ref',
      /refers to itself/,
    ],
    ['a $dynamicRef', { $dynamicRef: '#a' }, '/$dynamicRef', /may lead anywhere/],
    [
      'an $id within',
      { properties: { a: { $id: 'b' } } },
      '/properties/a/$id',
      /has \$id within it/,
    ],
    ['a pattern that looks around', { pattern: '(?=a)b' }, '/pattern', /looks around/],
    ['a pattern that refers back', { pattern: '(a)\\1' }, '/pattern', /refers back/],
    ['a pattern that is none', { pattern: '(' }, '/pattern', /no regular expression/],
    ['a pattern of many states', { pattern: '(a{100}){100}' }, '/pattern', /more than 256 states/],
    ['many unique items', { uniqueItems: true }, '/uniqueItems', /without maxItems/],
    ['what is asynchronous', { $async: true }, '/$async', /is no JSON Schema/],
    ['what is large', { description: 'x'.repeat(70_000) }, '', /takes more than 65536 bytes/],
  ])('not %s', (_, schema, at, says) => {
    const { code, pointer, message } = only(withSchema(schema))
    expect(code).toBe('VALIDATION_ERROR')
    expect(pointer).toBe(`/input_schema${at}`)
    expect(message).toMatch(says)
  })

  test('one whose references multiply is refused at once', () => {
    const $defs: Record<string, unknown> = { d0: { type: 'number' } }
    for (let i = 1; i < 40; i++)
      $defs[`d${i}`] = { allOf: [{ $ref: `#/$defs/d${i - 1}` }, { $ref: `#/$defs/d${i - 1}` }] }
    const ms = busyMs(() => {
      expect(only(withSchema({ $ref: '#/$defs/d39', $defs })).message).toMatch(
        /stand for more than 10000 schemas/,
      )
    })
    expect(ms).toBeLessThan(500)
  })

  test('many are refused together, and the same ones count once', () => {
    const wide = (name: string) => ({
      properties: Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`${name}${i}`, {}])),
    })
    const waits = (name: (i: number) => string) =>
      graph(
        ...Array.from({ length: 60 }, (_, i) =>
          node(`w${i}`, [], {
            type: 'wait_for',
            config: { event_name: 'e', schema: wide(name(i)) },
          }),
        ),
      )
    expect(problems(waits(() => 'a'))).toEqual([])
    const ms = busyMs(() => {
      expect(problems(waits((i) => `a${i}_`))[0]).toBe('VALIDATION_ERROR /steps/11/config/schema')
    })
    expect(ms).toBeLessThan(10_000)
    const long = (i: number) => ({ description: `${'x'.repeat(60_000)}${i}` })
    const large = Array.from({ length: 6 }, (_, i) =>
      node(`w${i}`, [], { type: 'wait_for', config: { event_name: 'e', schema: long(i) } }),
    )
    expect(problems(graph(...large))).toEqual([
      'VALIDATION_ERROR /steps/4/config/schema',
      'VALIDATION_ERROR /steps/5/config/schema',
    ])
  })

  test('one that is too large for the compiler is refused as such', () => {
    const properties = Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`p${i}`, {}]))
    const found = validateGraph(withSchema({ properties: { a: { properties } } }))
    for (const { message } of found) expect(message).toMatch(/is too large for one/)
  })

  test('of wait_for is checked as that of the document is', () => {
    const wait = node('w', [], {
      type: 'wait_for',
      config: { event_name: 'e', schema: { type: 'text' } },
    })
    expect(problems(graph(wait))).toEqual(['VALIDATION_ERROR /steps/0/config/schema/type'])
  })
})

describe('toSchema', () => {
  const validate = (schema: Json, value: unknown) => toSchema(schema)['~standard'].validate(value)

  test('gives the value back, or says what is wrong and where', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: { id: { enum: ['a', 'b'] }, n: { type: 'array', items: { type: 'number' } } },
    }
    expect(validate(schema, { id: 'a' })).toEqual({ value: { id: 'a' } })
    expect(validate(schema, {})).toEqual({
      issues: [{ message: "must have required property 'id'", path: [] }],
    })
    expect(validate(schema, { id: 'c' })).toEqual({
      issues: [{ message: 'must be equal to one of the allowed values: ["a","b"]', path: ['id'] }],
    })
    expect(validate(schema, { id: 'a', n: [1, 'x'] })).toEqual({
      issues: [{ message: 'must be number', path: ['n', 1] }],
    })
  })

  test('does not change with the object that it was made of, and sets no defaults', () => {
    const given = { type: 'object', properties: { a: { type: 'string', default: 'x' } } }
    const schema = toSchema(given)
    given.properties.a.type = 'number'
    const value = { a: 'text' }
    expect(schema['~standard'].validate(value)).toEqual({ value })
    expect(schema['~standard'].validate({})).toEqual({ value: {} })
  })

  test('two schemas of one $id do not meet', () => {
    expect(validate({ $id: 'https://x.test/a', type: 'string' }, 1)).toHaveProperty('issues')
    expect(validate({ $id: 'https://x.test/a', type: 'number' }, 1)).toEqual({ value: 1 })
  })

  test('a pattern that takes exponential time elsewhere takes none here', () => {
    const ms = busyMs(() => {
      expect(validate({ pattern: '^(a+)+$' }, `${'a'.repeat(100_000)}b`)).toHaveProperty('issues')
    })
    expect(ms).toBeLessThan(3000)
  })

  test('two patterns do not meet', () => {
    expect(validate({ pattern: '^a' }, 'a')).toEqual({ value: 'a' })
    expect(validate({ pattern: '^b' }, 'a')).toHaveProperty('issues')
    const both = { properties: { x: { pattern: '^a' }, y: { pattern: '^b' } } }
    expect(validate(both, { x: 'a', y: 'b' })).not.toHaveProperty('issues')
    expect(validate(both, { x: 'a', y: 'a' })).toHaveProperty('issues')
  })

  test('agrees with Ajv as it comes, of both dialects', () => {
    const schema = fc.letrec<{ schema: Json }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.record({
          type: fc.constant('object'),
          properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema')),
          required: fc.subarray(['a', 'b']),
        }),
        fc.record({ items: tie('schema') }),
        fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
        fc.record({ not: tie('schema') }),
      ),
    })).schema
    const value = fc.jsonValue({ maxDepth: 3 })
    const small = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('a', 'ab', 1, 2.5, null, true),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('value')),
      ),
    })).value
    const [old, current] = [new Ajv({ strict: false }), new Ajv2020({ strict: false })]
    fc.assert(
      fc.property(schema, fc.oneof(small, value), fc.boolean(), (one, given, isOld) => {
        const dialect =
          isOld && typeof one === 'object'
            ? { $schema: 'http://json-schema.org/draft-07/schema#' }
            : {}
        const whole = (typeof one === 'object' ? { ...dialect, ...one } : one) as Json
        const ajv = isOld ? old : current
        const ours = validate(whole, given)
        expect('issues' in ours && ours.issues !== undefined).toBe(
          !ajv.validate(whole as never, given),
        )
      }),
      { numRuns: 100 },
    )
  })

  const leaf: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(
      { type: 'string' },
      { type: 'number' },
      { type: 'integer' },
      { type: ['null', 'boolean'] },
      { enum: ['a', 1, null] },
      { pattern: '^a' },
      { minLength: 2 },
      { maximum: 2 },
      { uniqueItems: true, maxItems: 10 },
      { const: 'a' },
      true as never,
      {},
    ),
  )
})
