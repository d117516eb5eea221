import { describe, expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { defineSignal, workflow } from '../../src/index.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const engine = useEngine({}, { env: { REGION: 'eu' }, resources: { shop: { name: 'Ada' } } })

test('waits, delays, questions and calls are steps like others', async () => {
  const paid = defineSignal<{ amount: number }>('paid')
  const double = workflow('double', async ({ input }) => (input as number) * 2)
  await engine.engine.registerWorkflow(double)
  const flow = new Flow<{ n: number }>({ slug: 'waits' })
    .waitFor({ slug: 'money', source: paid })
    .waitFor({ slug: 'late', source: defineSignal('never'), timeout: 0.01 })
    .delay({ slug: 'rest', duration: 0.01, dependsOn: ['money'] })
    .approval({ slug: 'ok', question: 'Ship it?', assignees: ['cy'], dependsOn: ['rest'] })
    .invoke({ slug: 'twice', workflow: double, dependsOn: ['money'] }, ({ money }) => money?.amount)
    .step({ slug: 'sum', dependsOn: ['ok', 'twice', 'late'] }, ({ ok, twice, late }) => ({
      ...{ approved: ok.approved, twice, late },
    }))
  const run = await engine.start(flow, { n: 1 })
  await run.signal(paid, { amount: 21 })
  const question = await until('somebody is asked', async () => {
    const { items } = await engine.engine.getApprovals({ assignee: 'cy' })
    return items[0]
  })
  await engine.engine.answerApproval({ approvalId: question.id, approved: true, by: 'cy' })
  expect(await run.result()).toEqual({ sum: { approved: true, twice: 42, late: null } })
})

test('a loop calls its workflow until it is told to stop, and fails at its bound', async () => {
  const grow = workflow('grow', async ({ input }) => (input as number) + 1)
  await engine.engine.registerWorkflow(grow)
  const flow = (slug: string, maxIterations: number) =>
    new Flow<number>({ slug }).loop(
      { slug: 'up', workflow: grow, maxIterations, while: (last) => last < 3 },
      (input, last) => last ?? input,
    )
  expect(await (await engine.start(flow('loop', 5), 0)).result()).toEqual({ up: [1, 2, 3] })
  await expect((await engine.start(flow('bounded', 2), 0)).result()).rejects.toThrow(
    /at step "up": Loop "up" would go on after 2 rounds/,
  )
})

test('a handler sees its surroundings', async () => {
  const flow = new Flow<{ id: number }, { shop: { name: string } }>({ slug: 'around' }).step(
    { slug: 'look' },
    async (_, ctx) => {
      const rows = await ctx.sql<{ n: number }>`select ${20}::int + ${2}::int as n`
      const { id } = await ctx.flowInput
      return [ctx.env.REGION, ctx.shop.name, rows[0]?.n, id, ctx.stepTask.step_slug]
    },
  )
  const run = await engine.start(flow, { id: 7 })
  expect(await run.result()).toEqual({ look: ['eu', 'Ada', 22, 7, 'look'] })
})

describe('what goes wrong', () => {
  test('a step is tried again after its delay, and its time-out aborts the handler', async () => {
    let [tries, aborted] = [0, false]
    const flow = new Flow({ slug: 'again', maxAttempts: 3, baseDelay: 0.01, jitter: false })
      .step({ slug: 'third' }, (_, { attempt }) => {
        tries++
        if (attempt < 3) throw new Error('not yet')
        return attempt
      })
      .step(
        { slug: 'slow', timeout: 0.05, maxAttempts: 1, whenExhausted: 'skip' },
        (_, { signal }) =>
          new Promise<void>((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              aborted = true
              reject(signal.reason)
            }),
          ),
      )
    const run = await engine.start(flow)
    expect(await run.result()).toEqual({ third: 3 })
    expect([tries, aborted]).toEqual([3, true])
  })

  test('what was done is undone when a later step fails, and when the run is cancelled', async () => {
    const undone: string[] = []
    const note = (what: string) => {
      undone.push(what)
    }
    const flow = (slug: string, last: (_: unknown, ctx: { signal: AbortSignal }) => unknown) =>
      new Flow({ slug, maxAttempts: 1 })
        .step({ slug: 'book', undo: (seat: string) => note(`unbook ${seat}`) }, () => '12A')
        .step({ slug: 'pay', dependsOn: ['book'], undo: () => note('refund') }, () => 'paid')
        .step({ slug: 'last', dependsOn: ['pay'] }, last)
    const failing = flow('undo', () => {
      throw new Error('no more')
    })
    await expect((await engine.start(failing)).result()).rejects.toThrow(/no more/)
    expect(undone).toEqual(['refund', 'unbook 12A'])

    undone.length = 0
    let begun = false
    const hanging = flow('cancelled', (_, { signal }) => {
      begun = true
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      )
    })
    const run = await engine.start(hanging)
    await until('the last step runs', () => begun)
    await run.cancel('changed my mind')
    await expect(run.result()).rejects.toThrow(/cancelled/)
    expect(undone).toEqual(['refund', 'unbook 12A'])
  })

  test('a run that is paused goes on where it was, and a failed one is retried from its failure', async () => {
    let [first, second, fail] = [0, 0, true]
    const flow = new Flow({ slug: 'retried', maxAttempts: 1 })
      .step({ slug: 'a' }, () => ++first)
      .step({ slug: 'b', dependsOn: ['a'] }, () => {
        second++
        if (fail) throw new Error('down')
        return second
      })
    const run = await engine.start(flow)
    await expect(run.result()).rejects.toThrow(/down/)
    fail = false
    expect(await (await run.retry()).result()).toEqual({ b: 2 })
    expect(first).toBe(1)

    const held = new Flow({ slug: 'held' })
      .waitFor({ slug: 'go', source: defineSignal('go') })
      .step({ slug: 'end', dependsOn: ['go'] }, () => 'end')
    const paused = await engine.start(held)
    await paused.waitForStatus('waiting')
    await paused.pause()
    await paused.signal('go')
    expect((await paused.refresh()).status).toBe('paused')
    await paused.resume()
    expect(await paused.result()).toEqual({ end: 'end' })
  })
})
