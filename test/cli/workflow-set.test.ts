import { expect, onTestFinished, test } from 'vitest'
import { WorkflowSet } from '../../src/cli/workflow-files/workflow-set.ts'
import type { Definition } from '../../src/definition/definition.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { tinyFlow } from '../support/documents.ts'

/** A set, and what its engine is told. */
function open(refuse: (definition: Definition) => boolean = () => false) {
  const told: Definition[] = []
  const engine = {
    async registerWorkflow(definition: Definition) {
      if (refuse(definition)) throw new Error('refused')
      told.push(definition)
    },
    unregisterWorkflow: async () => {},
    registerStep: async () => {},
    unregisterStep: async () => {},
  }
  const set = new WorkflowSet(engine, [], '/')
  const apply = (definition: Definition) =>
    set.apply([{ file: '/a.ts', definitions: [definition], steps: [], error: null }])
  return { told, apply }
}

const scheduled = (every: string) => workflow('sweep', async () => 1, { schedule: { every } })

test('the engine gets the schedules of a file, and again when they change', async () => {
  const { told, apply } = open()
  await apply(scheduled('1 hour'))
  expect(told[0]?.schedules).toEqual(scheduled('1 hour').schedules)
  await apply(scheduled('1 hour'))
  expect(told).toHaveLength(1)
  await apply(scheduled('2 hours'))
  expect(told).toHaveLength(2)
  expect(told[1]?.schedules).toEqual(scheduled('2 hours').schedules)
})

test('the engine gets the document, and older versions go on with the handlers as they are now', async () => {
  const { told, apply } = open()
  await apply(tinyFlow('flow', ['a'], { a: () => 1, b: () => 2 }))
  const [slot] = told
  expect(slot?.document).toEqual(tinyFlow('flow', ['a'], {}).document)
  expect(slot?.revive?.('["c"]', 's-1')).toBeNull()
  await apply(tinyFlow('flow', ['a'], { a: () => 1, c: () => 3 }))
  expect(told).toEqual([slot, slot])
  expect(slot?.revive?.('["c"]', 's-1')).toMatchObject({ id: 'flow', version: 's-1', kind: 'flow' })
  expect(slot?.revive?.('["b"]', 's-1')).toBeNull()
})

test('what the engine refuses does not get into its slot', async () => {
  const { told, apply } = open((definition) => definition.document?.text === '["b"]')
  await apply(tinyFlow('flow', ['a'], {}, '1'))
  await expect(apply(tinyFlow('flow', ['b'], {}, '1'))).rejects.toThrow('refused')
  expect(told[0]?.document?.text).toBe('["a"]')
})

test('parts of a workflow are given with it, and follow its code', async () => {
  const { told, apply } = open()
  const withPart = (output: number): Definition => ({
    ...tinyFlow('flow', ['a'], {}),
    parts: [workflow('flow.a', () => output)],
  })
  await apply(withPart(1))
  const [slot] = told
  expect(slot?.parts).toMatchObject([{ id: 'flow.a', version: '1', kind: 'function' }])
  const [first] = slot?.parts ?? []
  const retention = { completed: '1 day' } as const
  const next = { ...withPart(2), parts: [workflow('flow.a', () => 2, { retention })] }
  await apply(next)
  expect(told).toEqual([slot, slot])
  expect(first?.defaults).toEqual(next.parts[0]?.defaults)
})

test('a workflow that another has as its part is an error of its file', async () => {
  const engine = new WorkflowEngine({ connectionString: 'postgresql://localhost/none' })
  onTestFinished(() => engine.stop())
  const set = new WorkflowSet(engine, [], '/')
  const flow = { ...tinyFlow('flow', ['a'], {}), parts: [workflow('flow.a', () => 1)] }
  const own = workflow('flow.a', () => 2)
  const broken = await set.apply([
    { file: '/flow.ts', definitions: [flow], steps: [], error: null },
    { file: '/own.ts', definitions: [own], steps: [], error: null },
  ])
  expect(broken).toMatchObject([{ file: '/own.ts', error: expect.stringContaining('"flow.a"') }])
  expect(set.list().map(({ id }) => id)).toEqual(['flow'])
})
