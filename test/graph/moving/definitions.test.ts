import { describe, expect, test } from 'vitest'
import { Flow } from '../../../src/flow/index.ts'
import {
  branch,
  compose,
  defineGraph,
  diffDefinitions,
  dryRun,
  exportDefinition,
  parallel,
} from '../../../src/graph/index.ts'
import { defineSignal, defineStep, workflow } from '../../../src/index.ts'
import { DefinitionError } from '../../../src/model/errors.ts'
import { createDatabase } from '../../support/database.ts'
import { orderPipeline } from '../document/samples.ts'

const pipeline = defineGraph(orderPipeline)
const code = workflow('code', () => 1)
const charge = defineStep('charge', (order: { amount: number }) => order.amount)

describe('compose', () => {
  test('takes names of defined steps, and steps', () => {
    const onCall = compose('on_call', ['charge', parallel('charge', charge)])
    expect(onCall).toMatchObject({ kind: 'graph', id: 'on_call' })
    expect(onCall.version).toMatch(/^s-[0-9a-f]{12}$/)
    expect(compose('on_call', [charge, parallel(charge, 'charge')]).version).toBe(onCall.version)
    expect(dryRun(onCall).map(({ id, layer }) => [id, layer])).toEqual([
      ['charge', 0],
      ['parallel', 1],
      ['charge 2', 2],
      ['charge 3', 2],
    ])
  })

  test('refuses a name that nobody has defined, at once', () => {
    expect(() => compose('on_call', ['chrage'])).toThrow(
      /"chrage", which is not registered\. Did you mean "charge"\?/,
    )
  })
})

describe('exportDefinition', () => {
  test.each(['json', 'yaml', 'sql'] as const)('%s is read again as the same version', (format) => {
    for (const one of [pipeline, compose('c', [branch('input.amount > 1', charge)])]) {
      const again = defineGraph(exportDefinition(one, format))
      expect([again.id, again.version]).toEqual([one.id, one.version])
      expect(diffDefinitions(one, again)).toEqual([])
    }
  })

  test('SQL stores it as the version that code would have', async () => {
    await using db = await createDatabase({ testClock: false })
    const { rows } = await db.pool.query(exportDefinition(pipeline, 'sql'))
    expect(rows).toEqual([{ define_workflow: expect.stringContaining(pipeline.version) }])
  })

  test('refuses what has no document', () => {
    expect(() => exportDefinition(code, 'yaml')).toThrow(DefinitionError)
    expect(() => exportDefinition(code, 'yaml')).toThrow(
      /"code" is a function; only graphs and flows can be exported as yaml\.$/,
    )
  })

  test('of a flow it is the shape; its SQL is for compileFlow to write', () => {
    const flow = new Flow<null>({ slug: 'shaped' }).step({ slug: 'a' }, () => 1)
    expect(JSON.parse(exportDefinition(flow, 'json'))).toEqual(
      JSON.parse(JSON.stringify(flow.shape)),
    )
    expect(exportDefinition(flow, 'yaml')).toContain('- slug: a\n')
    expect(() => exportDefinition(flow, 'sql')).toThrow(
      /is a flow; only graphs can be exported as sql/,
    )
  })
})

describe('diffDefinitions', () => {
  test('of graphs, in words', () => {
    const steps = orderPipeline.steps.map((step) => ({
      ...step,
      ...(step.id === 'standard' && { timeout: '1 minute' }),
    }))
    expect(diffDefinitions(pipeline, defineGraph({ ...orderPipeline, steps } as never))).toEqual([
      'step "standard": timeout: "1 minute", was not there',
    ])
  })

  test('of flows, by their shape', () => {
    const first = new Flow<{ n: number }>({ slug: 'first' })
      .step({ slug: 'a' }, () => 1)
      .step({ slug: 'b', dependsOn: ['a'] }, () => 2)
      .step({ slug: 'c', dependsOn: ['a', 'b'] }, () => 3)
    const second = new Flow<{ n: number }>({ slug: 'first' })
      .step({ slug: 'a', if: { n: 1 }, whenUnmet: 'skip' }, () => 1)
      .array({ slug: 'b' }, () => [2])
      .step({ slug: 'd', dependsOn: ['a', 'b'] }, () => 3)
    expect(diffDefinitions(first, first)).toEqual([])
    const lines = diffDefinitions(first, second)
    expect(lines).toContain('step "c" removed (single)')
    expect(lines).toContain('step "b" no longer depends on "a"')
    expect(lines).toContain('step "d" added (single, after "a" and "b")')
    expect(lines).toContain('step "a": if: {"n":1}, was not there')
  })

  test('of others, their names and versions', () => {
    expect(diffDefinitions(code, code)).toEqual([])
    expect(
      diffDefinitions(
        code,
        workflow('code', () => 1, { version: '2' }),
      ),
    ).toEqual([`version: "${code.version}", now "2"`])
    expect(diffDefinitions(code, pipeline)).toEqual([
      'kind: "function", now "graph"',
      'id: "code", now "Order Pipeline"',
      `version: "${code.version}", now "${pipeline.version}"`,
    ])
  })
})

test('dryRun of a function is refused: only running it tells', () => {
  expect(() => dryRun(code)).toThrow(/only graphs and flows can be run dry/)
  expect(dryRun(pipeline).map(({ id }) => id)).toEqual([
    'validate',
    'check_amount',
    'high_value',
    'standard',
  ])
})

describe('dryRun of a flow', () => {
  const w = workflow('w', () => 1)
  const flow = new Flow<{ vip: boolean }>({ slug: 'dry' })
    .step({ slug: 'last', if: { vip: true }, whenUnmet: 'skip-cascade' }, () => 1)
    .step({ slug: 'gift', if: { vip: true }, whenUnmet: 'skip' }, () => 1)
    .step({ slug: 'strict', ifNot: { vip: false }, whenUnmet: 'fail' }, () => 1)
    .waitFor({ slug: 'go', source: defineSignal('go'), dependsOn: ['gift'] })
    .invoke({ slug: 'sub', workflow: w, dependsOn: ['last'] }, () => undefined)
    .race({ slug: 'fast', dependsOn: ['sub', 'go'] }, { a: () => 1, b: () => 2 })
    .delay({ slug: 'rest', duration: 5 })

  test('its steps by layers, their conditions, and what they wait for', () => {
    const steps = dryRun(flow)
    expect(steps.map(({ id, type, layer }) => `${layer} ${id} ${type}`)).toEqual([
      ...['0 last single', '0 gift single', '0 strict single', '0 rest delay'],
      ...['1 go wait_for', '1 sub invoke', '2 fast race'],
    ])
    const by = (name: string) => steps.find(({ id }) => id === name)
    expect(by('gift')).toEqual({
      ...{ id: 'gift', type: 'single', dependsOn: [], layer: 0 },
      onlyIf: ['its input contains {"vip":true}'],
    })
    expect(by('strict')?.onlyIf).toEqual(['not its input contains {"vip":false}'])
    const waits = ['go', 'sub', 'fast', 'rest'].map((name) => by(name)?.waitsFor)
    expect(waits).toEqual([
      'the signal "go"',
      'a run of "w"',
      'the first of its 2 branches',
      'its time',
    ])
    expect(steps.some(({ isSkipped, problem }) => isSkipped || problem)).toBe(false)
  })

  test('with an input its first conditions are decided', () => {
    const steps = dryRun(flow, { vip: false })
    const skipped = steps.filter(({ isSkipped }) => isSkipped).map(({ id }) => id)
    expect(skipped).toEqual(['last', 'gift', 'sub', 'fast'])
    expect(steps.find(({ id }) => id === 'strict')?.problem).toMatch(/is not met/)
    expect(dryRun(flow, { vip: true }).some(({ isSkipped }) => isSkipped)).toBe(false)
  })
})
