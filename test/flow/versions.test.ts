import { expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { defineSignal } from '../../src/index.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const go = defineSignal('go')

/** Two shapes: `after` comes in between, and what it is given differs. */
function order(withCheck: boolean, say: (text: string) => void) {
  const base = new Flow<{ n: number }>({ slug: 'order' })
    .waitFor({ slug: 'wait', source: go })
    .step({ slug: 'pay', dependsOn: ['wait'] }, (given) => {
      say(`pay ${Object.keys(given).join()}`)
      return 'paid'
    })
  return withCheck
    ? new Flow<{ n: number }>({ slug: 'order' })
        .waitFor({ slug: 'wait', source: go })
        .step({ slug: 'check', dependsOn: ['wait'] }, () => 'ok')
        .step({ slug: 'pay', dependsOn: ['check'] }, (given) => {
          say(`pay ${Object.keys(given).join()}`)
          return 'paid'
        })
    : base
}

test('old runs finish on their shape, new ones begin on the new one', async () => {
  const said: string[] = []
  const say = (text: string) => said.push(text)
  await using t = await startEngine([order(false, say)], { pollInterval: 50 })
  const old = await t.engine.startWorkflow(order(false, say), { n: 1 })
  await until('it waits', async () => (await old.refresh()).status === 'waiting')
  await t.engine.stop()

  const b = await t.another([order(true, say)], { pollInterval: 50 })
  const fresh = await b.startWorkflow(order(true, say), { n: 2 })
  expect(fresh.version).not.toBe(old.version)
  const runs = [await b.getRun({ runId: old.id }), fresh]
  for (const run of runs) await run?.signal('go')
  const results = await Promise.all(runs.map((run) => run?.result()))
  expect(results).toEqual([{ pay: 'paid' }, { pay: 'paid' }])
  expect(said.sort()).toEqual(['pay check', 'pay wait'])
  await b.stop()
})

test('changed options take effect without another version, and a step that is gone leaves old runs to others', async () => {
  const flow = (maxAttempts: number) =>
    new Flow({ slug: 'tries', maxAttempts, baseDelay: 0.01 }).step({ slug: 'a' }, () => 1)
  expect(flow(1).version).toBe(flow(5).version)
  const one = new Flow({ slug: 'x' }).step({ slug: 'a' }, () => 1)
  const two = new Flow({ slug: 'x' }).step({ slug: 'b' }, () => 1)
  expect(() => two.revive(one.document.text, one.version)).toThrow(
    'In the code of flow "x" step "a" is gone. Bring back',
  )
  const three = new Flow<number[]>({ slug: 'x' }).map({ slug: 'a' }, () => 1)
  expect(() => three.revive(one.document.text, one.version)).toThrow(
    'In the code of flow "x" step "a" has changed (type: "single", now "map").',
  )
  const conditional = new Flow<{ a: number }>({ slug: 'x' }).step(
    { slug: 'a', if: { a: 1 } },
    () => 1,
  )
  const revived = one.revive(conditional.document.text, 'old')
  expect(revived).toMatchObject({ id: 'x', version: 'old' })
})

test('another shape under the same version of its own is refused', async () => {
  await using t = await startEngine([])
  const flow = (slug: string) => new Flow({ slug: 'fixed', version: '1' }).step({ slug }, () => 1)
  await t.engine.registerWorkflow(flow('a'))
  await t.engine.unregisterWorkflow('fixed')
  await expect(t.engine.registerWorkflow(flow('b'))).rejects.toMatchObject({ code: 'MR015' })
})
