import { expect, test } from 'vitest'
import { nodeTypes } from '../../../src/graph/document/node-fields.ts'
import { defineGraph } from '../../../src/graph/index.ts'
import { startEngine } from '../../support/engine.ts'

const document = {
  name: 'sums',
  timeout: '1 minute',
  steps: [
    { id: 'a', type: 'transform' as const, config: { expression: '{{ trigger.data.x + 1 }}' } },
    {
      ...{ id: 'b', type: 'transform' as const, depends_on: ['a'] },
      config: { expression: '{{ (steps.a.output.result | int) * 2 }}' },
    },
  ],
}

test('a graph is one version, whether it was put, or is in the code', async () => {
  await using t = await startEngine([], { pollInterval: 50 }, { graphs: true })
  const put = await t.engine.putWorkflow(document)
  const run = await t.engine.startWorkflow({ id: 'sums' }, { x: 4 })
  expect(await run.result()).toEqual({ b: { result: '10' } })
  const inCode = defineGraph(document)
  expect(inCode.version).toBe(put.version)
  expect(await t.engine.putWorkflow(inCode)).toEqual({ ...put, created: false })
  await t.engine.registerWorkflow(inCode)
  const again = await t.engine.startWorkflow(inCode, { x: 5 })
  expect(again.version).toBe(put.version)
  expect(await again.result()).toEqual({ b: { result: '12' } })
})

test('SQL knows the types of nodes that the validator knows', async () => {
  await using t = await startEngine([])
  const source = await t.db.value<string>(
    `select prosrc from pg_proc where proname = 'node_issues' and pronamespace = 'millrace'::regnamespace`,
  )
  const types = /'\{([a-z_,]+)\}'::text\[\]/.exec(source)?.[1]?.split(',')
  expect(types?.sort()).toEqual(Object.keys(nodeTypes).sort())
})

test('runs of an older document go on with it, though the code has another', async () => {
  const waits = (expression: string) =>
    defineGraph({
      ...{ $schema: 'https://millrace.dev/schema/graph.json', name: 'waits' },
      steps: [
        { id: 'w', type: 'wait_for', config: { event_name: 'go' } },
        { id: 'end', type: 'transform', depends_on: ['w'], config: { expression } },
      ],
    })
  await using t = await startEngine([waits('old')], { pollInterval: 50 })
  const old = await t.engine.startWorkflow({ id: 'waits' })
  await t.engine.unregisterWorkflow('waits')
  await t.engine.registerWorkflow(waits('new'))
  const young = await t.engine.startWorkflow({ id: 'waits' })
  for (const run of [old, young]) await run.signal('go')
  expect(await old.result()).toEqual({ end: { result: 'old' } })
  expect(await young.result()).toEqual({ end: { result: 'new' } })
})
