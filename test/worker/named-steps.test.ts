import { expect, test } from 'vitest'
import { defineGraph } from '../../src/graph/index.ts'
import { defineStep } from '../../src/index.ts'
import { startEngine } from '../support/engine.ts'

const graph = defineGraph({
  $schema: 'https://millrace.dev/schema/graph.json',
  name: 'greet',
  steps: [{ id: 's', type: 'step', config: { step: 'greet', input: '{{ trigger.data }}' } }],
})

test('a step may be given to a running engine, and be taken out again', async () => {
  await using t = await startEngine([])
  const { engine } = t
  const greet = async (name: string) => {
    const run = await engine.startWorkflow(graph, name)
    return run.result({ timeout: 30_000 })
  }
  await expect(engine.registerWorkflow(graph)).rejects.toThrow('There is no step "greet"')
  const hello = defineStep('greet', (name: string) => `Hello, ${name}`)
  expect(await engine.registerStep(hello)).toBe(engine)
  await engine.registerWorkflow(graph)
  expect(await greet('Ada')).toEqual({ s: 'Hello, Ada' })
  await engine.registerStep(hello)
  const other = defineStep('greet', (name: string) => `Hi, ${name}`)
  await expect(engine.registerStep(other)).rejects.toThrow('There are two steps called "greet"')
  await engine.unregisterStep('greet')
  await expect(greet('Ada')).rejects.toThrow('There is no step "greet" in this process')
  await engine.registerStep(other)
  expect(await greet('Ada')).toEqual({ s: 'Hi, Ada' })
  await expect(engine.registerStep({ name: 'x' } as never)).rejects.toThrow('defineStep')
})
