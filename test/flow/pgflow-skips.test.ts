// How steps are skipped, and what their dependents see, as pgflow has it (research: A1.c of features.md, DECISIONS 19).
import { describe, expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { useEngine } from '../support/engine.ts'

const engine = useEngine()
let slugs = 0
const slug = () => `pg${++slugs}`
const fails = (): never => {
  throw new Error('down')
}
// biome-ignore lint/suspicious/noExplicitAny: any flow, any input
const ends = async (flow: any, input: unknown = {}) => {
  const run = await engine.start(flow, input)
  const output = await run.result().catch((error: Error) => error.message)
  const skipped = (await run.timeline()).filter(({ status }) => status === 'skipped')
  return {
    output,
    skipped: skipped.map(({ stepId, skipReason }) => `${stepId} ${skipReason}`).sort(),
  }
}

describe('a map over an array that was skipped', () => {
  test('is empty, if the array was just skipped', async () => {
    const flow = new Flow<{ yes: boolean }>({ slug: slug() })
      .array({ slug: 'list', if: { yes: true } }, () => [1])
      .map({ slug: 'each', array: 'list' }, (item) => item)
      .step({ slug: 'end', dependsOn: ['each', 'list'] }, (given) => given)
    expect(await ends(flow, { yes: false })).toEqual({
      ...{ output: { end: { each: [] } }, skipped: ['list condition_unmet'] },
    })
  })

  test('is skipped, if that cascades; and a map over a map', async () => {
    const flow = new Flow<{ yes: boolean }>({ slug: slug(), maxAttempts: 1 })
      .array({ slug: 'list', whenExhausted: 'skip-cascade' }, fails as () => number[])
      .map({ slug: 'each', array: 'list' }, (item) => item)
      .map({ slug: 'again', array: 'each' }, (item) => item)
      .step({ slug: 'beside' }, () => 1)
    expect(await ends(flow)).toEqual({
      output: { beside: 1 },
      skipped: ['again dependency_skipped', 'each dependency_skipped', 'list handler_failed'],
    })
  })
})

describe('both modes of one step', () => {
  const flow = (name: string) =>
    new Flow<{ run: boolean }>({ slug: name, maxAttempts: 1 })
      .step(
        { slug: 'a', if: { run: true }, whenUnmet: 'skip-cascade', whenExhausted: 'skip' },
        fails,
      )
      .step({ slug: 'b', dependsOn: ['a'] }, (given) => Object.keys(given))

  test('each for what it is about', async () => {
    const one = flow(slug())
    expect(await ends(one, { run: true })).toEqual({
      ...{ output: { b: [] }, skipped: ['a handler_failed'] },
    })
    expect(await ends(one, { run: false })).toEqual({
      output: {},
      skipped: ['a condition_unmet', 'b dependency_skipped'],
    })
  })

  test('fail where the condition is not met', async () => {
    const strict = new Flow<{ run: boolean }>({ slug: slug() })
      .step({ slug: 'a', if: { run: true }, whenUnmet: 'fail', whenExhausted: 'skip' }, () => 1)
      .step({ slug: 'b' }, () => 2)
    const { output } = await ends(strict, { run: false })
    expect(output).toMatch(/Step "a" failed: its condition is not met/)
  })
})

test('skip-cascade goes through a diamond, whatever else its steps depend on', async () => {
  const flow = new Flow<{ yes: boolean }>({ slug: slug() })
    .step({ slug: 'top', ifNot: { yes: false }, whenUnmet: 'skip-cascade' }, () => 1)
    .step({ slug: 'other' }, () => 2)
    .step({ slug: 'left', dependsOn: ['top'] }, () => 3)
    .step({ slug: 'right', dependsOn: ['top', 'other'] }, () => 4)
    .step({ slug: 'bottom', dependsOn: ['left', 'right', 'other'] }, () => 5)
    .step({ slug: 'free', dependsOn: ['other'] }, () => 6)
  expect(await ends(flow, { yes: false })).toEqual({
    output: { free: 6 },
    skipped: [
      ...['bottom dependency_skipped', 'left dependency_skipped', 'right dependency_skipped'],
      'top condition_unmet',
    ],
  })
})

test('a plain skip in a diamond leaves its key out, and the others run', async () => {
  const flow = new Flow<{ yes: boolean }>({ slug: slug() })
    .step({ slug: 'top', if: { yes: true } }, () => 1)
    .step({ slug: 'left', dependsOn: ['top'] }, (given) => Object.keys(given).length)
    .step({ slug: 'right', dependsOn: ['top'], if: { top: 1 } }, () => 4)
    .step({ slug: 'bottom', dependsOn: ['left', 'right'] }, (given) => given)
  expect(await ends(flow, { yes: false })).toEqual({
    output: { bottom: { left: 0 } },
    skipped: ['right condition_unmet', 'top condition_unmet'],
  })
})

describe('conditions', () => {
  test('of a root map look at the array that the run was started with', async () => {
    const flow = new Flow<number[]>({ slug: slug() }).map(
      { slug: 'each', if: [7] as never },
      (item) => item * 2,
    )
    expect(await ends(flow, [1, 7])).toEqual({ output: { each: [2, 14] }, skipped: [] })
    expect(await ends(flow, [1])).toEqual({ output: {}, skipped: ['each condition_unmet'] })
  })

  test.each([[0], [''], [false], [null]])('on %j', async (value) => {
    const flow = new Flow<unknown>({ slug: slug() })
      .step({ slug: 'a' }, () => value)
      .step({ slug: 'same', dependsOn: ['a'], if: { a: value } as never }, () => 'same')
      .step({ slug: 'not', dependsOn: ['a'], ifNot: { a: value } as never }, () => 'not')
      .step({ slug: 'other', dependsOn: ['a'], if: { a: 1 } as never }, () => 'other')
    expect(await ends(flow)).toEqual({
      output: { same: 'same' },
      skipped: ['not condition_unmet', 'other condition_unmet'],
    })
  })

  test('on a step that gave nothing: the key is there for no pattern', async () => {
    const flow = new Flow<unknown>({ slug: slug() })
      .step({ slug: 'a' }, () => undefined)
      .step({ slug: 'isNull', dependsOn: ['a'], if: { a: null } as never }, () => 1)
      .step({ slug: 'any', dependsOn: ['a'], if: {} as never }, () => 2)
    const { output } = await ends(flow)
    expect(output).toMatchObject({ any: 2 })
  })
})

test('a step that is skipped does not wait for its startDelay; one that runs does', async () => {
  const flow = new Flow<{ yes: boolean }>({ slug: slug() })
    .step({ slug: 'no', if: { yes: true }, startDelay: 3600 }, () => 1)
    .step({ slug: 'soon', startDelay: 0.2 }, () => Date.now())
  const began = Date.now()
  const { output, skipped } = await ends(flow, { yes: false })
  expect(skipped).toEqual(['no condition_unmet'])
  expect((output as { soon: number }).soon - began).toBeGreaterThan(190)
})

test('a map whose items fail is done without, and what depends on it runs', async () => {
  const flow = new Flow<number[]>({ slug: slug(), maxAttempts: 1 })
    .map({ slug: 'each', whenExhausted: 'skip', blockSize: 2 }, (item) =>
      item === 3 ? fails() : item,
    )
    .step({ slug: 'after', dependsOn: ['each'] }, (given) => Object.keys(given))
  expect(await ends(flow, [1, 2, 3, 4, 5])).toEqual({
    output: { after: [] },
    skipped: ['each handler_failed'],
  })
})
