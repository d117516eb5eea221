// Runs of flows and graphs that are forked, retried, cancelled, timed out, paused.
import { describe, expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { defineGraph } from '../../src/graph/index.ts'
import { defineSignal, defineStep, workflow } from '../../src/index.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const did: string[] = []
let broken = true
const note = defineStep('note', ({ name, fail }: { name: string; fail?: boolean }) => {
  did.push(name)
  if (fail && broken) throw new Error('down')
  return name
})
const engine = useEngine({}, { steps: [note] })
const own = { $schema: 'https://millrace.dev/schema/graph.json' }
const step = (id: string, depends_on: string[] = [], input: object = {}) => ({
  ...{ id, type: 'step', depends_on, retry: { max_attempts: 1 } },
  config: { step: 'note', input: { name: id, ...input } },
})
const signalNode = (id: string, name: string) => ({
  ...{ id, type: 'wait_for', config: { event_name: name } },
})
const what = (work: () => Promise<unknown>) => async () => {
  did.length = 0
  broken = true
  await work()
}

describe('fork', () => {
  const flow = new Flow<number>({ slug: 'forked', maxAttempts: 1 })
    .step({ slug: 'a', startDelay: 0.01 }, (n) => {
      did.push('a')
      return n
    })
    .array({ slug: 'list', dependsOn: ['a'] }, ({ a }) => [a, a + 1])
    .map({ slug: 'each', array: 'list' }, (item, { index }) => {
      did.push(`each[${index}]`)
      return item * 10
    })
    .step({ slug: 'not', dependsOn: ['each'], if: { each: [-1] } }, () => 'not')
    .step({ slug: 'bad', dependsOn: ['each', 'not'], whenExhausted: 'skip' }, (): string => {
      did.push('bad')
      if (broken) throw new Error('down')
      return 'good'
    })
    .step({ slug: 'end', dependsOn: ['each', 'not', 'bad'] }, ({ each, bad = 'none' }) => {
      did.push('end')
      return [...each, bad]
    })

  test(
    'of a flow, from a step in the middle, a map, a skipped step, and one whose failure was skipped',
    what(async () => {
      const run = await engine.start(flow, 1)
      expect(await run.result()).toEqual({ end: [10, 20, 'none'] })
      expect(did).toEqual(['a', 'each[0]', 'each[1]', 'bad', 'end'])
      did.length = 0
      broken = false
      const forked = async (options: Parameters<typeof run.fork>[0]) => {
        did.length = 0
        return (await (await run.fork(options)).result()) as { end: unknown }
      }
      expect(await forked({ fromStep: 'end' })).toEqual({ end: [10, 20, 'none'] })
      expect(did).toEqual(['end'])
      expect(await forked({ fromStep: 'bad' })).toEqual({ end: [10, 20, 'good'] })
      expect(did).toEqual(['bad', 'end'])
      expect(await forked({ fromStep: 'not' })).toEqual({ end: [10, 20, 'good'] })
      expect(did).toEqual(['bad', 'end'])
      expect(await forked({ fromStep: 'each' })).toEqual({ end: [10, 20, 'good'] })
      expect(did).toEqual(['each[0]', 'each[1]', 'bad', 'end'])
      expect(await forked({ fromStep: 'list', output: [7] })).toEqual({ end: [70, 'good'] })
      expect(await forked({ fromStep: 'a', output: 4 })).toEqual({ end: [40, 50, 'good'] })
      expect(did).toEqual(['each[0]', 'each[1]', 'bad', 'end'])
      expect(await forked({ fromStep: 'bad', output: 'given' })).toEqual({ end: [10, 20, 'given'] })
    }),
  )

  test(
    'of a graph, from nodes in blocks',
    what(async () => {
      const graph = defineGraph({
        ...{ ...own, name: 'forked graph' },
        steps: [
          step('a'),
          {
            ...{ id: 'each', type: 'map', depends_on: ['a'] },
            config: { items: [1, 2], steps: [step('one', [], { name: 'one[{{ index }}]' })] },
          },
          {
            ...{ id: 'c', type: 'condition', depends_on: ['each'] },
            config: { expression: '{{ false }}', true_branch: ['yes'], false_branch: ['no'] },
          },
          step('yes', ['c']),
          step('no', ['c']),
          step('end', ['yes', 'no']),
        ],
      } as never)
      const run = await engine.start(graph, {})
      expect(await run.result()).toEqual({ end: 'end' })
      expect(did).toEqual(['a', 'one[0]', 'one[1]', 'no', 'end'])
      const forked = async (fromStep: string) => {
        did.length = 0
        expect(await (await run.fork({ fromStep })).result()).toEqual({ end: 'end' })
        return did
      }
      expect(await forked('one')).toEqual(['one[0]', 'one[1]', 'no', 'end'])
      expect(await forked('yes')).toEqual(['no', 'end'])
      expect(await forked('c')).toEqual(['no', 'end'])
      expect(await forked('end')).toEqual(['end'])
    }),
  )
})

describe('retry', () => {
  test(
    'of a graph whose items failed together runs those items, and no other',
    what(async () => {
      const graph = defineGraph({
        ...{ ...own, name: 'retried graph' },
        steps: [
          step('a'),
          {
            ...{ id: 'each', type: 'map', depends_on: ['a'] },
            config: {
              items: [0, 1, 2, 3],
              steps: [step('one', [], { name: 'one[{{ index }}]', fail: '{{ index is odd }}' })],
            },
          },
        ],
      } as never)
      const run = await engine.start(graph, {})
      await expect(run.result()).rejects.toThrow(/down/)
      broken = false
      did.length = 0
      const again = await run.retry()
      expect(await again.result()).toEqual({ each: ['one[0]', 'one[1]', 'one[2]', 'one[3]'] })
      expect(did).not.toContain('a')
      expect(did).toEqual(expect.arrayContaining(['one[1]', 'one[3]']))
    }),
  )

  test(
    'of a race of which all failed, that had begun runs elsewhere',
    what(async () => {
      await engine.engine.registerWorkflow(
        workflow('aside', async ({ step: s }) =>
          broken ? s.waitFor('never', { eventName: 'never' }) : 'done',
        ),
      )
      const branches = {
        a: [
          { id: 'go', type: 'wait_for', config: { event_name: 'go' } },
          step('a', ['go'], { fail: true }),
          { id: 'sub', type: 'sub_workflow', config: { workflow_id: 'aside' } },
        ],
        b: [step('b', [], { fail: true })],
      }
      const graph = defineGraph({
        ...{ ...own, name: 'retried race' },
        steps: [{ id: 'r', type: 'race', config: { branches } }],
      } as never)
      const run = await engine.start(graph, {})
      await until('its child runs', async () => {
        return (await engine.engine.getRuns({ workflowId: 'aside' })).items.length === 1
      })
      await run.signal('go')
      await expect(run.result()).rejects.toThrow(/down/)
      await until('its child is cancelled', async () => {
        const { items } = await engine.engine.getRuns({ workflowId: 'aside' })
        return items.length === 1 && items[0]?.status === 'cancelled'
      })
      broken = false
      did.length = 0
      // the branch that failed first runs again too, and wins
      const again = await run.retry()
      expect(await again.result()).toMatchObject({ r: { winner: 'b' } })
      expect(did).toContain('b')
    }),
  )

  test(
    'of races of which all branches failed, one in the other: all steps that failed run again, and no other',
    what(async () => {
      const race = (id: string, branches: object) => ({ id, type: 'race', config: { branches } })
      const bad = (id: string, after: string[] = []) => step(id, after, { fail: true })
      const inner = race('inner', { x: [step('good'), bad('x', ['good'])], y: [bad('y')] })
      const late = { ...signalNode('late', 'never'), timeout: 0.05 }
      const steps = [race('r', { a: [bad('a')], b: [inner], c: [late] })]
      const graph = defineGraph({ ...own, name: 'all failed', steps } as never)
      const run = await engine.start(graph, {})
      await expect(run.result()).rejects.toThrow()
      const { failure } = await run.refresh()
      const failed = [failure?.stepId, ...(failure?.alsoFailed ?? [])].sort()
      expect(failed).toEqual(['a', 'late', 'x', 'y'])
      expect(did.sort()).toEqual(['a', 'good', 'x', 'y'])
      did.length = 0
      const again = await run.retry()
      await expect(again.result()).rejects.toThrow()
      expect(did.sort()).toEqual(['a', 'x', 'y'])
      broken = false
      const { r } = (await (await again.retry()).result()) as { r: { winner: string } }
      expect(['a', 'b']).toContain(r.winner)
    }),
  )

  test(
    'of a flow: all branches of its race run again',
    what(async () => {
      const branch = (name: string) => () => {
        did.push(name)
        if (broken) throw new Error('down')
        return name
      }
      const flow = new Flow<null>({ slug: 'all_failed', maxAttempts: 1 }).race(
        { slug: 'r' },
        { a: branch('a'), b: branch('b'), c: branch('c') },
      )
      const run = await engine.start(flow, null)
      await expect(run.result()).rejects.toThrow(/down/)
      expect(did).toEqual(['a', 'b', 'c'])
      await expect((await run.retry()).result()).rejects.toThrow(/down/)
      expect(did).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
    }),
  )

  test(
    'of a flow that failed in a map, and in a block of a map',
    what(async () => {
      const flow = (slug: string, more: object) =>
        new Flow<number[]>({ slug, maxAttempts: 1 }).map(
          { slug: 'each', concurrency: 1, ...more },
          (item, { index }) => {
            did.push(`${index}`)
            if (index === 2 && broken) throw new Error('down')
            return item
          },
        )
      for (const [slug, more] of [
        ['in a map', {}],
        ['in a block', { blockSize: 1 }],
      ] as const) {
        broken = true
        did.length = 0
        const run = await engine.start(flow(slug.replaceAll(' ', '_'), more), [1, 2, 3, 4])
        await expect(run.result()).rejects.toThrow(/down/)
        expect(did).toEqual(['0', '1', '2'])
        broken = false
        expect(await (await run.retry()).result()).toEqual({ each: [1, 2, 3, 4] })
        expect(did).toEqual(['0', '1', '2', '2', '3'])
      }
    }),
  )
})

describe('a run that ends in the midst of a race', () => {
  const beside = workflow('beside', ({ step: s }) => s.waitFor('never', { eventName: 'never' }))
  const branches = {
    run: [{ id: 'sub', type: 'sub_workflow', config: { workflow_id: 'beside' } }],
    ask: [{ id: 'ask', type: 'approval', config: { question: 'Well?', assignees: ['mid'] } }],
    long: [{ id: 'w', type: 'wait_for', config: { event_name: 'never' } }],
  }
  const race = { id: 'r', type: 'race', config: { branches } }
  const nested = { id: 'each', type: 'map', config: { items: [1, 2], steps: [race] } }

  test.each([
    ['cancelled', {}],
    ['failed', { timeout: 0.5 }],
  ])('%s: its children and questions end too', async (status, more) => {
    await engine.engine.registerWorkflow(beside)
    const graph = defineGraph({ ...own, name: `ends ${status}`, steps: [nested], ...more } as never)
    const run = await engine.start(graph, {})
    const children = async () =>
      (await engine.engine.getRuns({ workflowId: 'beside', parentId: run.id } as never)).items
    const questions = async () => (await engine.engine.getApprovals({ assignee: 'mid' })).items
    await until('all have begun', async () => (await children()).length === 2)
    if (status === 'cancelled') {
      await until('they are asked', async () => (await questions()).length === 2)
      await run.cancel()
    }
    await until('it has ended', async () => (await run.refresh()).completedAt !== null)
    expect((await run.refresh()).status).toBe(status)
    expect(await questions()).toEqual([])
    await until('the children are cancelled', async () =>
      (await children()).every((child) => child.status === 'cancelled'),
    )
  })
})

test(
  'what items of a map did is undone when the run is cancelled while another waits',
  what(async () => {
    const undone: unknown[] = []
    const flow = new Flow<number[]>({ slug: 'undone_items', maxAttempts: 1 })
      .map(
        { slug: 'each', undo: (output: number) => void undone.push(output), concurrency: 2 },
        (item) => item * 2,
      )
      .waitFor({ slug: 'w', source: defineSignal('never'), dependsOn: ['each'] })
    const run = await engine.start(flow as never, [1, 2, 3] as never)
    await until('it waits', async () => (await run.refresh()).status === 'waiting')
    await run.cancel()
    await expect(run.result()).rejects.toThrow(/cancelled/)
    expect(undone.sort()).toEqual([2, 4, 6])
  }),
)

test(
  'a graph that is paused in a race and a map goes on where it was',
  what(async () => {
    const race = {
      ...{ id: 'r', type: 'race' },
      config: {
        branches: {
          go: [
            { id: 'w', type: 'wait_for', config: { event_name: 'go' } },
            step('won', ['w'], { name: 'won {{ index }}' }),
          ],
          late: [{ id: 'd', type: 'delay', config: { duration: '1 hour' } }],
        },
      },
    }
    const graph = defineGraph({
      ...{ ...own, name: 'paused race' },
      steps: [step('a'), { id: 'each', type: 'map', config: { items: [0, 1], steps: [race] } }],
    } as never)
    const run = await engine.start(graph, {})
    await until('it waits', async () => (await run.refresh()).status === 'waiting')
    await run.pause()
    await run.signal('go')
    await run.signal('go')
    expect((await run.refresh()).status).toBe('paused')
    await run.resume()
    expect(await run.result()).toEqual({
      a: 'a',
      each: [0, 1].map((i) => ({ winner: 'go', output: `won ${i}` })),
    })
    expect(did.sort()).toEqual(['a', 'won 0', 'won 1'])
  }),
)
