import { expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep, NonRetryableError, type WorkflowEngine } from '../../../src/index.ts'
import { startEngine } from '../../support/engine.ts'

const fails = defineStep('fails', () => {
  throw new NonRetryableError('it does')
})
const $schema = 'https://millrace.dev/schema/graph.json'

test('a node with a queue is done by a worker that takes it, with what it may read', async () => {
  const by: string[] = []
  const draw = (name: string) =>
    defineStep('draw', ({ text }: { text: string }) => {
      by.push(name)
      return `${text}!`
    })
  const graph = defineGraph({
    ...{ $schema, name: 'far' },
    steps: [
      { id: 'a', type: 'transform', config: { expression: 'Hi {{ trigger.data.name }}' } },
      {
        ...{ id: 'b', type: 'step', depends_on: ['a'], queue: 'gpu' },
        config: { step: 'draw', input: { text: '{{ steps.a.output.result }}' } },
      },
      {
        ...{ id: 'each', type: 'map', depends_on: ['a'], queue: 'gpu' },
        config: {
          items: [1, 2],
          steps: [
            {
              id: 'c',
              type: 'transform',
              config: { expression: '{{ item }} {{ steps.a.output.result }}' },
            },
          ],
        },
      },
      {
        ...{ id: 'bad', type: 'step', queue: 'gpu', on_error: { continue_with: 'none' } },
        config: { step: 'fails' },
      },
    ],
  })
  await using t = await startEngine(
    [graph],
    { queues: ['default'] },
    { steps: [draw('here'), fails] },
  )
  const run = await t.engine.startWorkflow(graph, { name: 'Ada' })
  const there: WorkflowEngine = await t.another(
    [graph],
    { queues: ['gpu'] },
    { steps: [draw('there'), fails] },
  )
  expect(await run.result()).toEqual({
    ...{ b: 'Hi Ada!', bad: 'none' },
    each: [{ result: '1 Hi Ada' }, { result: '2 Hi Ada' }],
  })
  expect(by).toEqual(['there'])
  const children = await run.children()
  expect(children.map(({ workflowId }) => workflowId)).toEqual(['far.node', 'far.node', 'far.node'])
  await there.stop()
})

test('a graph that only the database has is run, in SQL alone', async () => {
  await using t = await startEngine([], { pollInterval: 50 }, { graphs: true })
  const document = {
    name: 'in sql',
    steps: [{ id: 'a', type: 'transform', config: { expression: '{{ trigger.data.n }}' } }],
  }
  await t.db.query('select * from millrace.define_workflow($1)', [JSON.stringify(document)])
  const run = await t.engine.startWorkflow({ id: 'in sql' }, { n: 5 })
  expect(await run.result()).toEqual({ a: { result: '5' } })
})
