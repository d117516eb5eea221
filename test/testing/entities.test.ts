import { expect, test } from 'vitest'
import { defineMachine } from '../../src/entity/index.ts'
import { workflow } from '../../src/index.ts'
import { openEngine } from './open-engine.ts'

const review = workflow('review', async ({ step, input }) => {
  await step.sleep('think', '1 day')
  return input
})
const ticket = defineMachine({
  name: 'ticket',
  table: 'tickets',
  states: {
    open: { initial: true },
    late: { onEnter: [{ start: review, input: '{{ entity.id }}' }] },
    closed: { final: true },
  },
  transitions: {
    expire: { from: 'open', to: 'late', after: '3 days' },
    close: { from: 'late', to: 'closed', after: '2 days' },
    stuck: { from: 'late', to: 'open', after: '1 hour', requiresRole: 'nobody' },
  },
})

test('timers of entities run in their order as time passes, with what they start', async () => {
  await using engine = await openEngine([review, ticket])
  const one = engine.entity(ticket, '17')
  await one.start()
  await engine.clock.advance('71 hours')
  expect(await one.state()).toBe('open')
  await engine.clock.advance('1 hour')
  expect(await one.state()).toBe('late')
  await engine.clock.advance('1 day')
  const { items } = await engine.getRuns({ workflowId: 'review' })
  expect(items.map(({ output }) => output)).toEqual(['17'])
  expect(await one.get()).toMatchObject({
    timer: { tries: expect.any(Number), problem: expect.stringMatching(/"nobody"/) },
  })
  await engine.clock.advance('1 day')
  expect(
    (await one.history()).map(({ transition, executedBy }) => [transition, executedBy]),
  ).toEqual([
    [null, expect.any(String)],
    ['expire', 'millrace:timer'],
    ['close', 'millrace:timer'],
  ])
  expect(await one.verify()).toMatchObject({ ok: true, rows: 3 })
})
