import { expect, test } from 'vitest'
import type { LoadedFile } from '../../src/cli/workflow-files/load.ts'
import { StepSet } from '../../src/cli/workflow-files/step-set.ts'
import type { NamedStep } from '../../src/definition/named-step.ts'
import { defineStep } from '../../src/index.ts'

/** A set, and the steps that its engine has. */
function open() {
  const known = new Map<string, NamedStep>()
  let registered = 0
  const engine = {
    async registerStep(step: NamedStep) {
      if (known.has(step.name)) throw new Error('twice')
      registered++
      known.set(step.name, step)
    },
    unregisterStep: async (name: string) => void known.delete(name),
  }
  const set = new StepSet(engine, '/')
  const apply = async (...files: LoadedFile[]) => {
    const errors = new Map<string, string>()
    await set.apply(files, errors)
    return [...errors]
  }
  const call = (name: string) => known.get(name)?.handler(null, null)
  return { set, known, apply, call, registered: () => registered }
}

const file = (name: string, steps: NamedStep[], error: string | null = null): LoadedFile => ({
  ...{ file: `/${name}`, definitions: [], steps, error },
})
const draw = (output: number) => defineStep('draw', () => output)

test('a step is given once, and has the code of the last load, also from another file', async () => {
  const { set, apply, call, known, registered } = open()
  await apply(file('a.ts', [draw(1)]))
  await apply(file('a.ts', [draw(2)]))
  expect(call('draw')).toBe(2)
  // one that fails keeps what it had
  await apply(file('a.ts', [], 'broken'))
  expect(call('draw')).toBe(2)
  await apply(file('b.ts', [draw(3)]))
  expect(call('draw')).toBe(3)
  expect(set.list()).toEqual([{ file: '/b.ts', name: 'draw' }])
  expect(registered()).toBe(1)
  await apply(file('b.ts', []))
  expect(known.size).toBe(0)
})

test('of two steps of a name the file that has it keeps it; the same one may be exported twice', async () => {
  const { apply, call } = open()
  await apply(file('b.ts', [draw(1)]))
  const errors = await apply(file('a.ts', [draw(2)]), file('b.ts', [draw(3)]))
  expect(errors).toEqual([['/a.ts', 'A step "draw" is in b.ts already.']])
  expect(call('draw')).toBe(3)
  const same = draw(4)
  expect(await apply(file('a.ts', [same]), file('b.ts', [same]))).toEqual([])
  expect(call('draw')).toBe(4)
})
