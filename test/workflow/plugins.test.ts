import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { WorkflowPlugin } from '../../src/workflow/plugin.ts'
import type { StepBaseContext } from '../../src/workflow/step-types.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

const hookNames = [
  'beforeWorkflow',
  'afterWorkflow',
  'onWorkflowError',
  'beforeStep',
  'afterStep',
  'onStepError',
] as const

/** A plugin that notes every call of its hooks, and then does `then`. */
function noting(name: string, calls: unknown[], then: () => unknown = () => {}): WorkflowPlugin {
  const hooks = hookNames.map((hook) => [
    hook,
    async (info: { stepId?: string; attempt: number }, value?: unknown) => {
      const shown = value instanceof Error ? value.message : value
      calls.push([name, hook, info.stepId ?? info.attempt, ...(shown === undefined ? [] : [shown])])
      await then()
    },
  ])
  return { name, ...Object.fromEntries(hooks) }
}

test('methods of plugins are on step, each sees those before it', async () => {
  const double = {
    name: 'double',
    methods: (step: StepBaseContext) => ({
      double: (id: string, n: number) => step.run(id, () => n * 2),
    }),
  }
  const factory = workflow.use(double).use({
    name: 'quadruple',
    methods: (step: StepBaseContext & ReturnType<typeof double.methods>) => ({
      quadruple: async (id: string, n: number) =>
        (await step.double(`${id} 1`, n)) + (await step.double(`${id} 2`, n)),
    }),
  })
  const w = factory('methods', async ({ step }) => {
    const n = await step.quadruple('q', 3)
    await step.delay('nap', 30)
    return n
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(12)
})

test('hooks are called in the order of the plugins, for what happens and not for its replay', async () => {
  const calls: unknown[] = []
  const w = workflow.use(noting('one', calls)).use(noting('two', calls))(
    'hooks',
    async ({ step }) => {
      await step.run('a', () => 1)
      await step.delay('nap', 30)
      await step.run('b', () => 2)
      return 'out'
    },
  )
  const run = await t.start(w)
  await run.result({ timeout: 15_000 })
  expect(calls).toEqual([
    ['one', 'beforeWorkflow', 1],
    ['two', 'beforeWorkflow', 1],
    ['one', 'beforeStep', 'a'],
    ['two', 'beforeStep', 'a'],
    ['one', 'afterStep', 'a', 1],
    ['two', 'afterStep', 'a', 1],
    ['one', 'beforeStep', 'b'],
    ['two', 'beforeStep', 'b'],
    ['one', 'afterStep', 'b', 2],
    ['two', 'afterStep', 'b', 2],
    ['one', 'afterWorkflow', 1, 'out'],
    ['two', 'afterWorkflow', 1, 'out'],
  ])
})

test('errors of steps and handlers are told too, with the attempt', async () => {
  const calls: unknown[] = []
  const w = workflow.use(noting('p', calls))(
    'errors',
    async ({ step, attempt }) => {
      await step.run('s', (ctx) => {
        if (ctx.attempt === 1) throw new Error('step')
      })
      if (attempt === 1) throw new Error('handler')
    },
    { retry: { baseDelay: 1, jitter: false } },
  )
  const run = await t.start(w)
  await run.result({ timeout: 15_000 })
  expect(calls).toEqual([
    ['p', 'beforeWorkflow', 1],
    ['p', 'beforeStep', 's'],
    ['p', 'onStepError', 's', 'step'],
    ['p', 'beforeStep', 's'],
    ['p', 'afterStep', 's'],
    ['p', 'onWorkflowError', 1, 'handler'],
    ['p', 'beforeWorkflow', 2],
    ['p', 'afterWorkflow', 2],
  ])
})

test('hooks are called for transactions and for the items of a map', async () => {
  const calls: unknown[] = []
  const w = workflow.use(noting('p', calls))('kinds', async ({ step }) => {
    await step.transaction('t', () => 1)
    await step.map('m', [1, 2], (n) => n, { concurrency: 1 })
  })
  const run = await t.start(w)
  await run.result({ timeout: 15_000 })
  expect(calls.filter((call) => (call as string[])[1] === 'afterStep')).toEqual([
    ['p', 'afterStep', 't', 1],
    ['p', 'afterStep', 'm', 1],
    ['p', 'afterStep', 'm', 2],
  ])
})

test('a hook that throws harms nothing, and is logged', async () => {
  const broken = noting('broken', [], () => {
    throw new Error('the plugin is broken')
  })
  const w = workflow.use(broken)('thrown', ({ step }) => step.run('s', () => 'fine'))
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('fine')
  const lines = t.log.filter((line) => line.includes('plugin "broken"'))
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain('the plugin is broken')
})

test('a hook that hangs is left after five seconds', async () => {
  const w = workflow.use({
    name: 'hanging',
    afterStep: () => pause(60_000, undefined, { ref: false }),
  })('hanging', ({ step }) => step.run('s', () => 'fine'))
  const began = performance.now()
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('fine')
  expect(performance.now() - began).toBeGreaterThan(4900)
  expect(t.log.join('\n')).toContain('plugin "hanging": afterStep failed')
})
