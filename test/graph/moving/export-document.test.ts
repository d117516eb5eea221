import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSource } from '../../../src/graph/document/source.ts'
import { exportDocument } from '../../../src/graph/moving/index.ts'
import type { Json } from '../../../src/model/json.ts'

const document: Json = {
  name: 'order',
  steps: [
    {
      id: 'get',
      type: 'http',
      config: { url: 'https://example.com/{{ trigger.id }}', headers: { a: 'no' } },
    },
    {
      id: 'all',
      type: 'parallel',
      config: { branches: { b: [{ type: 'delay', id: 'x', config: { seconds: 1 } }] } },
      depends_on: ['get'],
    },
  ],
  $schema: 'https://millrace.dev/schema/graph.json',
  version: '1.0',
  'x-note': 'Line one\nline "two"\n',
}

test('YAML as one would write it', async () => {
  expect(exportDocument(document, 'yaml')).toBe(`$schema: https://millrace.dev/schema/graph.json
name: order
version: "1.0"
x-note: |
  Line one
  line "two"
steps:
  - id: get
    type: http
    config:
      url: https://example.com/{{ trigger.id }}
      headers:
        a: "no"
  - id: all
    type: parallel
    depends_on:
      - get
    config:
      branches:
        b:
          - id: x
            type: delay
            config:
              seconds: 1
`)
})

test('a machine as one would write it, and its actions begin with what they are', () => {
  // the database has keys by their length
  const machine: Json = {
    states: [
      { name: 'open', initial: true },
      { name: 'over', final: true, on_enter: [{ input: { a: 1 }, start: 'tell' }] },
    ],
    workflow: { name: 'a', table: 'as', version: '1' },
    transitions: [
      {
        to: 'over',
        from: 'open',
        name: 'end',
        actions: [{ data: 1, run_id: '{{ metadata.run }}', signal: 'over' }],
      },
    ],
  }
  expect(exportDocument(machine, 'yaml')).toBe(`workflow:
  name: a
  version: "1"
  table: as
states:
  - name: open
    initial: true
  - name: over
    final: true
    on_enter:
      - start: tell
        input:
          a: 1
transitions:
  - name: end
    from: open
    to: over
    actions:
      - signal: over
        run_id: "{{ metadata.run }}"
        data: 1
`)
})

test('JSON in the same order', async () => {
  const text = exportDocument(document, 'json')
  expect(JSON.parse(text)).toEqual(document)
  expect(text.startsWith('{\n  "$schema": ')).toBe(true)
  expect(text.endsWith('}\n')).toBe(true)
})

test('SQL that stores it, whatever it says', async () => {
  const text = exportDocument({ name: 'a\nb', note: '$graph$; drop' }, 'sql')
  expect(text).toBe(
    '-- a b\nselect millrace.define_workflow($graph1$\n{\n  "name": "a\\nb",\n  "note": "$graph$; drop"\n}\n$graph1$);\n',
  )
})

test('whatever is in a document, it is read again as it was', async () => {
  const unit = fc.constantFrom(
    ...'aé😀 \n\t"\'\\:#-?{}[],&*!|>%@`~0.1eE+_\u0001\u007f\u0085\u2028=<',
  )
  const words = fc.constantFrom(
    ...['', 'yes', 'no', 'null', '~', 'true', '1', '0x1f', '1e3', '1_000', '012', '.inf', '-'],
    ...['2026-01-01', '12:30', '---', '...', '<<', '=', '__proto__', 'steps', 'config'],
  )
  const key = fc.oneof(fc.string({ unit, maxLength: 8 }), words)
  // whole numbers above 2 ** 53 are refused by readers: they may have had more digits
  const number = fc.double({ noNaN: true, min: -(2 ** 53), max: 2 ** 53 })
  const leaf = fc.oneof(
    key,
    number.map((n) => (n === 0 ? 0 : n)),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const record = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(
      record,
      fc.constantFrom('yaml' as const, 'json' as const, 'sql' as const),
      async (one, how) => {
        const given = JSON.parse(JSON.stringify(one)) as Json
        const again = readSource(exportDocument(given, how)).value as Json
        expect(JSON.stringify(sorted(again))).toBe(JSON.stringify(sorted(given)))
      },
    ),
    { numRuns: 1000 },
  )
})

/** Keys in one order, `__proto__` among them. */
function sorted(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const keys = Object.keys(value).sort()
  return keys.map((key) => [key, sorted(value[key] as Json)])
}
