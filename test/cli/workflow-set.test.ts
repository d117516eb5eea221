import { expect, test } from 'vitest'
import { WorkflowSet } from '../../src/cli/workflow-files/workflow-set.ts'
import type { Definition } from '../../src/definition/definition.ts'
import { workflow } from '../../src/index.ts'
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
