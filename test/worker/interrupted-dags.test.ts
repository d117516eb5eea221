// A run that loses its worker again and again goes the way of one that does not: same result, same steps skipped,
// nothing done again whose result is recorded.

import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { Flow } from '../../src/flow/index.ts'
import { defineGraph } from '../../src/graph/index.ts'
import { type Definition, defineSignal, defineStep, workflow } from '../../src/index.ts'
import { startEngine } from '../support/engine.ts'
import { type Deed, type RandomStep, randomSteps } from '../support/random-dags.ts'

type Began = { run: string; step: string; at: number }
type Ctx = { attempt: number; signal: AbortSignal; runId: string; stepId?: string }
const began: Began[] = []

async function perform(step: string, { ms, failures }: Deed, ctx: Ctx, value: unknown = step) {
  began.push({ run: ctx.runId, step, at: Date.now() })
  if (ms > 0) await pause(ms)
  if (ctx.attempt <= failures) throw new Error(`${step} fails`)
  return value
}

/** The branch that loses: it ends when it is aborted, or fails when the other does. */
async function lose({ failures }: Deed, { signal }: Ctx) {
  if (failures > 2) return Promise.reject(new Error('it fails too'))
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

const twice = workflow('twice', async ({ input, step }) => {
  await step.delay('rest', 3)
  return step.run('double', () => (input as number) * 2)
})

const slug = (place: number) => `s${place}`
let flows = 0

function makeFlow(steps: readonly RandomStep[]): Definition {
  // biome-ignore lint/suspicious/noExplicitAny: its types are known when it runs
  let flow: any = new Flow<any>({ slug: `f${++flows}`, maxAttempts: 2, baseDelay: 0.005 })
  for (const [place, step] of steps.entries()) {
    const { type, deed, condition, unmet, exhausted, items } = step
    const dependsOn = step.dependsOn.map(slug)
    const base = { slug: slug(place), dependsOn, whenExhausted: exhausted }
    const isRoot = dependsOn.length === 0
    // of a root the input; of others, whether a step has run
    const pattern = isRoot
      ? { yes: true }
      : { [dependsOn[0] as string]: slug(step.dependsOn[0] ?? 0) }
    const when =
      condition === undefined ? {} : { [condition ? 'if' : 'ifNot']: pattern, whenUnmet: unmet }
    const handler = (_: unknown, ctx: Ctx) => perform(slug(place), deed, ctx)
    if (type === 'single')
      flow = flow.step({ ...base, ...when, startDelay: deed.ms / 1000 }, handler)
    else if (type === 'far') flow = flow.step({ ...base, ...when, queue: 'far' }, handler)
    else if (type === 'delay') flow = flow.delay({ slug: slug(place), dependsOn, duration: 0.005 })
    else if (type === 'signal') {
      flow = flow.waitFor({ slug: slug(place), dependsOn, source: defineSignal(slug(place)) })
    } else if (type === 'race') {
      flow = flow.race(base, {
        slow: (_: unknown, ctx: Ctx) => lose(deed, ctx),
        fast: (_: unknown, ctx: Ctx) => perform(`${slug(place)}[fast]`, deed, ctx),
      })
    } else if (type === 'loop') {
      flow = flow.loop(
        {
          slug: slug(place),
          dependsOn,
          workflow: twice,
          maxIterations: 9,
          while: (n: number) => n < 4,
        },
        (_: unknown, last: number | undefined) => last ?? 1,
      )
    } else {
      flow = flow
        .array({ slug: `${slug(place)}list`, dependsOn }, () =>
          Array.from({ length: items }, (_, i) => i),
        )
        .map(
          {
            ...{ slug: slug(place), array: `${slug(place)}list`, whenExhausted: exhausted },
            ...(deed.ms === 1 ? { blockSize: 2 } : {}),
          },
          (item: number, ctx: Ctx & { index: number }) => {
            const one = item === 1 ? deed : { ...deed, failures: 0 }
            return perform(`${slug(place)}[${ctx.index}]`, one, ctx, item * 2)
          },
        )
    }
  }
  return flow
}

const deedStep = defineStep('deed', ({ id, ms, failures }: Deed & { id: string }, ctx) =>
  perform(id, { ms, failures: failures < 0 ? Number.POSITIVE_INFINITY : failures }, ctx),
)
const loseStep = defineStep('lose', (deed: Deed, ctx) =>
  lose({ ...deed, failures: deed.failures < 0 ? 9 : deed.failures }, ctx),
)

function makeGraph(steps: readonly RandomStep[]): Definition {
  const retry = { max_attempts: 2, delay_seconds: 0.005 }
  const nodes = steps.flatMap<object>(
    ({ type, deed, condition, exhausted, items, ...step }, place) => {
      const id = slug(place)
      const failures = Number.isFinite(deed.failures) ? deed.failures : -1
      const does = (inner: string, name: string, more: object = {}) => ({
        ...{ id: inner, type: 'step', retry },
        config: { step: 'deed', input: { id: name, ms: deed.ms, failures } },
        ...more,
      })
      const on_error = exhausted === 'skip' ? 'skip' : { continue_with: 'instead' }
      const depends_on = step.dependsOn.map(slug)
      const base = { id, depends_on, on_error }
      const choice = {
        ...{ id: `${id}if`, type: 'condition', depends_on },
        config: { expression: `{{ ${condition} }}`, true_branch: [id], false_branch: [] },
      }
      const chosen = condition === undefined ? [] : [choice]
      const after = condition === undefined ? {} : { depends_on: [`${id}if`, ...depends_on] }
      const block = [
        does('first', `first[${place}]`),
        { ...{ id: 'rest', type: 'delay', depends_on: ['first'] }, config: { seconds: 0.003 } },
        {
          ...{ id: 'lost', type: 'step', retry: { max_attempts: 1 } },
          config: { step: 'lose', input: { ms: 0, failures } },
        },
      ]
      switch (type) {
        case 'single':
          return [...chosen, { ...does(id, id), ...base, ...after }]
        case 'far':
          return [...chosen, { ...does(id, id), ...base, ...after, queue: 'far' }]
        case 'delay':
          return [{ ...{ id, type: 'delay', depends_on }, config: { seconds: 0.005 } }]
        case 'signal':
          return [{ ...{ id, type: 'wait_for', depends_on }, config: { event_name: id } }]
        case 'race': {
          const [first, rest, lost] = block
          const branches = {
            slow: [{ ...lost, id: `${id}lost` }],
            fast: [
              { ...first, id: `${id}first` },
              { ...rest, id: `${id}rest`, depends_on: [`${id}first`] },
            ],
          }
          return [...chosen, { ...base, ...after, type: 'race', config: { branches } }]
        }
        case 'loop': {
          const config = { while: '{{ loop.index < 2 }}', max_iterations: 5 }
          const steps = [does(`${id}round`, `${id}round`)]
          return [...chosen, { ...base, ...after, type: 'loop', config: { ...config, steps } }]
        }
        default: {
          const list = Array.from({ length: items }, (_, i) => i)
          const branches = {
            slow: [
              { id: `${id}slow`, type: 'delay', config: { seconds: failures < 0 ? 0.02 : 3600 } },
            ],
            fast: [does(`${id}fast`, `${id}fast`)],
          }
          const inner = { id: `${id}race`, type: 'race', config: { branches } }
          const config = { items: list, concurrency: 2, steps: [inner] }
          const timeout = items > 2 ? { timeout: 60 } : {}
          return [...chosen, { ...base, ...after, ...timeout, type: 'map', config }]
        }
      }
    },
  )
  const $schema = 'https://millrace.dev/schema/graph.json'
  return defineGraph({ $schema, name: `g${++flows}`, steps: nodes } as never)
}

/** What became of a run, but for times. */
async function end(run: WorkflowRun) {
  const snapshot = await run.refresh()
  const entries = (await run.timeline()).filter(({ kind }) => kind !== 'control')
  const skipped = entries
    .filter(({ status }) => status === 'skipped')
    .map(({ stepId, skipReason }) => `${stepId} ${skipReason}`)
  const again = began.filter(({ run: id, step, at }) =>
    entries.some(
      (entry) =>
        id === run.id &&
        entry.stepId === step &&
        entry.status === 'completed' &&
        entry.timestamp.getTime() + 1 < at,
    ),
  )
  return {
    ...{ status: snapshot.status, output: snapshot.output, failure: snapshot.failure?.message },
    ...{ skipped: skipped.sort(), again },
  }
}

test.each([
  ['a flow', makeFlow],
  ['a graph', makeGraph],
])('%s that is interrupted ends as one that is not', { timeout: 110_000 }, async (_, make) => {
  const steps = [deedStep, loseStep]
  await using t = await startEngine([], { pollInterval: 50 }, { testClock: true, steps })
  await t.engine.registerWorkflow(twice)
  const start = async (definition: Definition, random: readonly RandomStep[], yes: boolean) => {
    const run = await t.engine.startWorkflow(definition, { yes })
    // it may have ended: not all of its steps wait for a signal, if they are skipped
    for (const [place, { type }] of random.entries())
      if (type === 'signal') await run.signal(slug(place), place).catch(() => null)
    return run
  }
  const checked = fc.asyncProperty(
    randomSteps,
    fc.boolean(),
    fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 4 }),
    async (random, yes, pauses) => {
      const definition = make(random)
      await t.engine.registerWorkflow(definition)
      const calm = await start(definition, random, yes)
      await calm.result({ timeout: 20_000 }).catch(() => null)
      const run = await start(definition, random, yes)
      for (const ms of pauses) {
        await pause(ms)
        await t.db.query('select millrace.crash_test_workers()')
      }
      await run.result({ timeout: 20_000 }).catch(() => null)
      const [expected, found] = [await end(calm), await end(run)]
      expect(['completed', 'failed']).toContain(expected.status)
      expect(found).toEqual(expected)
      expect(found.again).toEqual([])
    },
  )
  const [numRuns, seed] = [Number(process.env.RUNS ?? 12), Number(process.env.SEED ?? 1)]
  await fc.assert(checked, { numRuns, seed, endOnFailure: true })
})
