import { describe, expect, test } from 'vitest'
import { inspectDocument } from '../../../src/graph/inspect-document.ts'
import type { Json } from '../../../src/model/json.ts'

const read = (expression: string, depends_on: string[] = ['x']) => ({
  ...{ id: 'read', type: 'transform', depends_on, config: { expression } },
})
const inner = (id: string) => ({ id, type: 'transform', config: { expression: '{{ 1 }}' } })
const doubts = (x: object, expression: string) =>
  inspectDocument({
    ...{ $schema: 'https://millrace.dev/schema/graph.json', name: 'doubted' },
    steps: [{ id: 'x', ...x }, read(expression)],
  } as unknown as Json).doubts
const http = { type: 'http', config: { url: 'https://example.com' } }
const types: Record<string, [object, string[]]> = {
  http: [http, ['status_code', 'headers', 'body', 'text', 'duration_ms', 'truncated']],
  transform: [{ ...inner('x') }, ['result']],
  condition: [
    { type: 'condition', config: { expression: '{{ 1 }}' } },
    ['result', 'branch', 'branch_steps'],
  ],
  delay: [{ type: 'delay', config: { seconds: 1 } }, ['delayed_seconds']],
  approval: [
    { type: 'approval', config: { question: 'Q?' } },
    ['approved', 'expired', 'by', 'comment', 'data'],
  ],
  sub_workflow: [{ type: 'sub_workflow', config: { workflow_id: 'w' } }, ['status', 'context']],
  sql: [{ type: 'sql', config: { statement: 's' } }, ['rows', 'row_count']],
  race: [
    { type: 'race', config: { branches: [[inner('a')], [inner('b')]] } },
    ['winner', 'output'],
  ],
  parallel: [
    { type: 'parallel', config: { branches: { one: [inner('a')], two: [inner('b')] } } },
    ['one', 'two'],
  ],
  'parallel of a list': [
    { type: 'parallel', config: { branches: [[inner('a')], [inner('b')]] } },
    ['b0', 'b1'],
  ],
}

describe.each(Object.entries(types))('%s', (_, [node, known]) => {
  test.each(known)('has %s', (field) => {
    expect(doubts(node, `{{ steps.x.output.${field} }}`)).toEqual([])
    expect(doubts(node, `{{ steps["x"].output["${field}"].more[0] | default(1) }}`)).toEqual([])
  })

  test('has nothing else', () => {
    const [doubt] = doubts(node, '{{ 1 if steps.x.output.nothing_like_it.more else 2 }}')
    expect(doubt?.pointer).toBe('/steps/1/config/expression')
    expect(doubt?.message).toMatch(/^the output of "x" \(\w+\) has no "nothing_like_it"\. It has "/)
  })
})

test('the nearest name is told, and where it is in the text', () => {
  const text = `name: doubted
steps:
  - { id: x, type: http, config: { url: "https://example.com" } }
  - id: read
    type: transform
    depends_on: [x]
    config: { expression: "{{ steps.x.output.bdoy | default('') }}" }
output: { code: "{{ steps.x.output.status }}" }
`
  const told = inspectDocument(text).doubts.map(({ line, column, message }) => [
    line,
    column,
    message,
  ])
  expect(told).toEqual([
    [7, 27, expect.stringContaining('has no "bdoy". Did you mean "body"?')],
    [8, 17, expect.stringContaining('has no "status". ')],
  ])
})

test('an item of a list has fields of its own, the list has none', () => {
  const map = { type: 'map', config: { items: [1], steps: [inner('a')] } }
  expect(doubts(map, '{{ steps.x.output[0].anything }}')).toEqual([])
  expect(doubts(map, '{{ steps.x.output.result }}')[0]?.message).toMatch(
    /is a list, and has no "result"/,
  )
})

test('nothing is said of what is not known before it runs', () => {
  for (const expression of ['{{ steps.x.output }}', '{{ trigger.data.bdoy }}', '{{ run.id }}'])
    expect(doubts(http, expression), expression).toEqual([])
  expect(doubts({ type: 'step', config: { step: 's' } }, '{{ steps.x.output.any }}')).toEqual([])
  const wait = { type: 'wait_for', config: { event_name: 'e' } }
  expect(doubts(wait, '{{ steps.x.output.any }}')).toEqual([])
  const otherwise = { ...http, on_error: { continue_with: { any: 1 } } }
  expect(doubts(otherwise, '{{ steps.x.output.any }}')).toEqual([])
})
