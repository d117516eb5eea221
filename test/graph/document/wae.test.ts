// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dollars are dollars
// Documents of the Workflow Automation Engine, as they are.
import { describe, expect, test } from 'vitest'
import {
  chooseBranch,
  fillTemplates,
  isTrue,
  type PlannedNode,
  planGraph,
  workflowIdOf,
} from '../../../src/graph/document/index.ts'
import { evaluateTemplate } from '../../../src/graph/expression/index.ts'
import type { Json } from '../../../src/model/json.ts'
import { graph, node, only, orderPipeline, problems } from './samples.ts'

/** The document that its seed script makes. */
const sample = {
  name: 'Sample: Webhook → HTTP → Transform → Condition',
  description: 'Demo workflow: receives a webhook, calls an external API, and branches.',
  trigger_type: 'webhook',
  trigger_config: {},
  steps: [
    {
      id: 'fetch_data',
      type: 'http',
      config: {
        url: 'https://httpbin.org/post',
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"source": "webhook"}',
        timeout_seconds: 10,
      },
      depends_on: [],
    },
    {
      id: 'transform_response',
      type: 'transform',
      config: { expression: '{{ steps.fetch_data.output.status_code }}' },
      depends_on: ['fetch_data'],
    },
    {
      id: 'check_status',
      type: 'condition',
      config: {
        expression: '{{ steps.fetch_data.output.status_code == 200 }}',
        true_branch: [],
        false_branch: [],
      },
      depends_on: ['transform_response'],
    },
  ],
  is_active: true,
}

describe('its documents', () => {
  test.each([
    ['the example of its README', orderPipeline],
    ['its sample', sample],
    [
      'one of its answers, with null where nothing is',
      {
        ...sample,
        ...{ id: '3b241101-e2bb-4255-8caf-4136c566a962', description: null, webhook_path: null },
        ...{ created_at: '2026-04-01T12:00:00Z', updated_at: '2026-04-01T12:00:00Z' },
      },
    ],
    [
      'one of a cron',
      {
        ...sample,
        ...{ trigger_type: 'cron', trigger_config: { cron_expression: '*/5 * * * *' } },
      },
    ],
    [
      'a step with a retry of its own',
      {
        name: 'r',
        trigger_type: 'manual',
        steps: [{ ...sample.steps[0], retry: { max_attempts: 10, delay_seconds: 0 } }],
      },
    ],
    [
      'a delay, a sub-workflow',
      {
        name: 'r',
        trigger_type: 'manual',
        steps: [
          { id: 'wait', type: 'delay', config: { seconds: 3600 }, depends_on: [], retry: null },
          {
            id: 'sub',
            type: 'sub_workflow',
            depends_on: ['wait'],
            config: {
              workflow_id: '3b241101-e2bb-4255-8caf-4136c566a962',
              input_mapping: { a: '{{ trigger.data.a }}' },
            },
          },
        ],
      },
    ],
  ])('are taken: %s', (_, document) => {
    expect(problems(document)).toEqual([])
    expect(problems(JSON.stringify(document))).toEqual([])
    expect(planGraph(document).dialect).toBe('wae')
  })

  test('of what its answers add the id is the id of the workflow, and the rest is not part of the document', () => {
    const answer = { ...sample, id: 'x', created_at: 'now', updated_at: 'now', webhook_path: null }
    const plan = planGraph(answer)
    expect(plan.document).toEqual({ ...planGraph(sample).document, id: 'x' })
    expect(plan.workflowId).toBe('x')
  })

  test('with $schema they are of ours', () => {
    const own = { ...orderPipeline, $schema: 'https://millrace.dev/schema/graph.json' }
    expect(planGraph(own).dialect).toBe('millrace')
  })

  test('a title is a name; with $schema it is an id, and must be one', () => {
    expect(workflowIdOf(sample)).toMatch(
      /^Sample: Webhook - HTTP - Transform - Condition-[0-9a-f]{6}$/,
    )
    expect(workflowIdOf({ name: 'Order Pipeline' })).toBe('Order Pipeline')
    expect(workflowIdOf({ name: 'Zahlung für Kunden' })).not.toBe(
      workflowIdOf({ name: 'Zahlung f?r Kunden' }),
    )
    expect(workflowIdOf({ name: 'é'.repeat(200) }).length).toBeLessThanOrEqual(128)
    expect(only({ ...sample, $schema: 'x' })).toMatchObject({
      code: 'VALIDATION_ERROR',
      pointer: '/name',
    })
  })
})

describe('its codes', () => {
  const chain = (count: number) =>
    Array.from({ length: count }, (_, i) => node(`s${i}`, i === 0 ? [] : [`s${i - 1}`]))

  test.each([
    ['NO_STEPS', graph(), {}],
    ['TOO_MANY_STEPS', graph(...chain(51)), { maxNodes: 50 }],
    ['UNKNOWN_STEP_TYPE', graph({ id: 'a', type: 'email', config: {} }), {}],
    ['DUPLICATE_STEP_ID', graph(node('a'), node('a')), {}],
    ['INVALID_DEPENDENCY', graph(node('a', ['nobody'])), {}],
    ['CYCLE_DETECTED', graph(node('a', ['b']), node('b', ['a'])), {}],
    ['MAX_DEPTH_EXCEEDED', graph(...chain(21)), { maxDepth: 20 }],
    ['EXPRESSION_ERROR', graph(node('a', [], { config: { expression: '{{ 1 + }}' } })), {}],
    ['EXPRESSION_ERROR', graph(node('a', [], { config: { expression: '{% if %}' } })), {}],
    ['VALIDATION_ERROR', graph({ type: 'delay', config: { seconds: 1 } }), {}],
  ])('%s', (code, document, limits) => {
    expect(only(document, limits).code).toBe(code)
  })
})

describe('its conditions', () => {
  test.each([
    '',
    ' ',
    'false',
    'False',
    ' FALSE ',
    '0',
    'none',
    'None',
    0,
    false,
    null,
    [],
    {},
    Number.NaN,
  ])('%j is false', (value) => expect(isTrue(value)).toBe(false))

  test.each(['true', '1', '0.0', 'no', 'null', 1, -1, true, [0], { a: 0 }])('%j is true', (value) =>
    expect(isTrue(value)).toBe(true),
  )

  const check = planGraph(orderPipeline).byId.get('check_amount') as PlannedNode

  test('the branch that is not taken is skipped', () => {
    expect(chooseBranch(check, true)).toEqual({
      ...{ branch: 'true', steps: ['high_value'], skipped: ['standard'] },
    })
    expect(chooseBranch(check, 'False')).toEqual({
      ...{ branch: 'false', steps: ['standard'], skipped: ['high_value'] },
    })
  })

  test.each([
    ['{{ trigger.payload.amount > 100 }}', 250, 'true'],
    ['{{ trigger.payload.amount > 100 }}', 50, 'false'],
    ['trigger.payload.amount > 100', 250, 'true'],
    ['trigger.payload.amount > 100', 50, 'false'],
    ['{{ trigger.payload.amount }}', 0, 'false'],
    ['{{ trigger.payload.amount }}', 'none', 'false'],
    [' {{ trigger.payload.amount > 100 }} ', 50, 'false'],
  ])('%s of %j takes the branch %s', (expression, amount, branch) => {
    const config = { ...(orderPipeline.steps[1] as { config: object }).config, expression }
    const steps = orderPipeline.steps.map((step, i) => (i === 1 ? { ...step, config } : step))
    const planned = planGraph({ ...orderPipeline, steps }).byId.get('check_amount') as PlannedNode
    const template = planned.templates.get('/expression')
    expect(template).toBeDefined()
    const value = evaluateTemplate(template as never, { trigger: { payload: { amount } } })
    expect(chooseBranch(planned, value).branch).toBe(branch)
  })

  test.each([
    [undefined, undefined],
    [undefined, ['x']],
    [['x'], null],
    [[], ['x']],
  ])('branches may be left out or empty: %j, %j', (yes, no) => {
    const config = { expression: '1', true_branch: yes, false_branch: no }
    const steps = [node('c', [], { type: 'condition', config }), node('x', ['c'])]
    const planned = planGraph(graph(...steps)).byId.get('c') as PlannedNode
    expect(chooseBranch(planned, true).skipped).toEqual(no ?? [])
    expect(chooseBranch(planned, false).skipped).toEqual(yes ?? [])
  })
})

describe('a switch', () => {
  const config = {
    expression: '{{ trigger.data }}',
    cases: { a: ['x', 'z'], true: ['y'], 1: ['z'], '[1]': [] },
    default: ['d'],
  }
  const steps = ['x', 'y', 'z', 'd'].map((id) => node(id, ['s']))
  const planned = planGraph(graph(node('s', [], { type: 'switch', config }), ...steps)).byId.get(
    's',
  ) as PlannedNode

  test.each([
    ['a', 'case a', ['x', 'z'], ['y', 'd']],
    [true, 'case true', ['y'], ['z', 'x', 'd']],
    [1, 'case 1', ['z'], ['x', 'y', 'd']],
    ['1', 'case 1', ['z'], ['x', 'y', 'd']],
    [[1], 'case [1]', [], ['z', 'x', 'y', 'd']],
    ['nothing of these', 'default', ['d'], ['z', 'x', 'y']],
    [null, 'default', ['d'], ['z', 'x', 'y']],
    ['__proto__', 'default', ['d'], ['z', 'x', 'y']],
  ])('%j takes %s', (value, branch, taken, skipped) => {
    const choice = chooseBranch(planned, value)
    expect(choice).toMatchObject({ branch, steps: taken })
    expect(new Set(choice.skipped)).toEqual(new Set(skipped))
  })
})

test('what a node says is filled in, the rest is as it is', () => {
  const body = {
    a: '{{ trigger.n }}',
    b: ['x {{ trigger.n }}', 1, null],
    'c/d~e': '{{ trigger.n + 1 }}',
    plain: '{ x }',
  }
  const planned = planGraph(graph(node('a', [], { config: { expression: body } }))).byId.get(
    'a',
  ) as PlannedNode
  const scope = { trigger: { n: 6 } }
  const filled = fillTemplates(body as Json, planned.templates, '/expression', (one) =>
    evaluateTemplate(one, scope),
  )
  expect(filled).toEqual({ a: 6, b: ['x 6', 1, null], 'c/d~e': 7, plain: '{ x }' })
})
