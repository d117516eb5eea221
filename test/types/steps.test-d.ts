// What the compiler makes of the methods of `step`: a result is what JSON makes of it.

import {
  createWorkflowRef,
  defineSignal,
  defineStep,
  type StepBaseContext,
  workflow,
} from 'millrace'
import type { PoolClient } from 'pg'
import { z } from 'zod'
import { type Eq, ok } from './eq.ts'
import { direct, none, open, w } from './workflow.test-d.ts'

declare const step: StepBaseContext

// run
const u = await step.run('u', async () => ({ at: new Date(), id: 1, f() {} }))
ok<Eq<typeof u, { at: string; id: number }>>()
const nothing = await step.run('n', () => {})
ok<Eq<typeof nothing, void>>()
const date = await step.run('d', () => new Date())
ok<Eq<typeof date, string>>()
const options = { retry: { maxAttempts: 5, backoff: 'fixed' }, timeout: '20 s' } as const
const literal = await step.run('l', ({ idempotencyKey }) => ({ key: idempotencyKey }), options)
ok<Eq<typeof literal, { key: string }>>()
await step.run('once', () => 1, { retry: false })
await step.run('undone', () => ({ at: new Date() }), {
  undo: (output, ctx) => {
    ok<Eq<typeof output, { at: string }>>()
    ok<Eq<typeof ctx.attempt, number>>()
  },
  undoRetry: { maxAttempts: 5 },
  undoTimeout: '1 minute',
})
// @ts-expect-error the undo gets what the step gave
await step.run('undone', () => ({ at: new Date() }), { undo: ({ on }) => on })
// @ts-expect-error the id comes first
await step.run(() => 1)
// @ts-expect-error no such option
await step.run('x', () => 1, { retries: 3 })

// a step with a name of its own
const charge = defineStep('charge', (order: { amount: number }) => ({ at: new Date(order.amount) }))
const charged = await step.run('charge', charge, { amount: 1 })
ok<Eq<typeof charged, { at: string }>>()
await step.run('charge', charge, { amount: 1 }, { undo: ({ at }) => at.length })
// @ts-expect-error wrong input
await step.run('charge', charge, { amount: '1' })

// transaction, map
const total = await step.transaction('t', (tx) => {
  ok<Eq<typeof tx, PoolClient>>()
  return tx.query('select 1').then((result) => result.rowCount)
})
ok<Eq<typeof total, number | null>>()
const mapped = await step.map('m', [1, 2], async (item, { index, attempt }) => {
  ok<Eq<typeof item, number>>()
  return `${index}${attempt}`
})
ok<Eq<typeof mapped, string[]>>()

// waitFor: undefined only where its time may run out, data only where a schema says what it is
const schema = z.object({ a: z.number() })
const timed = await step.waitFor('e', { eventName: 'x', timeout: 1000, schema })
ok<Eq<typeof timed, { a: number } | undefined>>()
const sure = await step.waitFor('e', { eventName: 'x', schema })
ok<Eq<typeof sure, { a: number }>>()
const unknown = await step.waitFor('e', { eventName: 'x' })
ok<Eq<typeof unknown, unknown>>()
declare const maybe: string | undefined
const perhaps = await step.waitFor('e', { eventName: 'x', timeout: maybe, schema })
ok<Eq<typeof perhaps, { a: number } | undefined>>()
// @ts-expect-error waits for something with a name
await step.waitFor('e', { timeout: '1h' })

// signals: with a type of their own
const yes = defineSignal('yes', z.object({ at: z.coerce.number() }))
const no = defineSignal<{ why: string }>('no')
const one = await step.waitFor('s', yes)
ok<Eq<typeof one, { at: number }>>()
const inTime = await step.waitFor('s', no, { timeout: '1h' })
ok<Eq<typeof inTime, { why: string } | undefined>>()
const any = await step.waitForAny('s', { yes, no })
ok<Eq<typeof any, { name: 'yes'; data: { at: number } } | { name: 'no'; data: { why: string } }>>()
const anyInTime = await step.waitForAny('s', { no }, { timeout: '1h' })
ok<Eq<typeof anyInTime, { name: 'no'; data: { why: string } } | undefined>>()
const all = await step.waitForAll('s', { yes, no })
ok<Eq<typeof all, { yes: { at: number }; no: { why: string } }>>()
// @ts-expect-error names of signals are none
await step.waitForAny('s', { yes: 'yes' })

// approvals
const plain = await step.approval('a', { question: '?' })
ok<Eq<typeof plain.data, undefined>>()
const withData = await step.approval('a', { question: '?', schema: z.object({ n: z.number() }) })
ok<Eq<typeof withData.data, { n: number } | undefined>>()
// @ts-expect-error a question is needed
await step.approval('a', {})

const isPatched = await step.patched('p')
ok<Eq<typeof isPatched, boolean>>()

// time
ok<Eq<Awaited<ReturnType<typeof step.delay>>, void>>()
await step.delay('a', { days: 3 })
await step.sleep('b', '1 hour')
await step.waitUntil('c', new Date())
await step.waitUntil('d', '2025-06-01T12:00:00.000Z')
await step.waitUntil('e', { date: new Date() })
await step.pause('f')
// @ts-expect-error a duration
await step.delay('a', { dayz: 3 })

// poll
const polled = await step.poll('p', async () => (Math.random() > 2 ? { at: new Date() } : false))
if (!polled.timedOut) ok<Eq<typeof polled.data, { at: string }>>()
// @ts-expect-error there are no data after a time-out
polled.data

// children
const out = await step.invoke('i', w, { email: 'a' })
ok<Eq<typeof out, { at: string; total: number }>>()
ok<Eq<Awaited<ReturnType<typeof invokeOpen>>, number>>()
const invokeOpen = () => step.invoke('open', open, { any: 'thing' })
const text = await step.invoke('direct', direct, undefined)
ok<Eq<typeof text, string>>()
const ended = await step.invoke('none', none, undefined)
ok<Eq<typeof ended, void>>()
const started = await step.startWorkflow('s', w, { email: 'a' }, { parentClose: 'abandon' })
ok<Eq<typeof started, { id: string }>>()
await step.invoke('ref', createWorkflowRef<typeof w>('w'), { email: 'a', n: 2 })
// @ts-expect-error wrong input
await step.invoke('i', w, { email: 1 })
// @ts-expect-error wrong input
await step.startWorkflow('s', w, {})

// recorded values
ok<Eq<Awaited<ReturnType<typeof step.now>>, Date>>()
ok<Eq<Awaited<ReturnType<typeof step.random>>, number>>()
ok<Eq<Awaited<ReturnType<typeof step.uuid>>, string>>()

// plugins: each sees the methods of those before it
const mailing = workflow.use({
  name: 'mail',
  methods: (base) => ({ sendEmail: (id: string, to: string) => base.run(id, async () => to) }),
})
mailing('one', async ({ step }) => {
  const sent = await step.sendEmail('a', 'b')
  ok<Eq<typeof sent, string>>()
})
const both = mailing.use({
  name: 'welcome',
  methods: (base) => ({ welcome: (to: string) => base.sendEmail('welcome', to) }),
})
both(
  'two',
  async ({ step, input }) => {
    ok<Eq<typeof input, { to: string }>>()
    await step.sendEmail('a', 'b')
    return step.welcome(input.to)
  },
  { inputSchema: z.object({ to: z.string() }) },
)
// @ts-expect-error without the plugin there is no such method
workflow('three', ({ step }) => step.welcome('x'))
mailing.use({ name: 'hooks only', beforeStep: ({ stepId, runId }) => console.log(stepId, runId) })

// attributes and continuing as new
ok<Eq<Awaited<ReturnType<typeof step.setAttributes>>, void>>()
await step.setAttributes({ stage: 'sent', amount: 5, vip: true, gone: null })
// @ts-expect-error what JSON does not have
await step.setAttributes({ at: new Date() })
const suggested = await step.continueAsNewSuggested()
ok<Eq<typeof suggested, boolean>>()
ok<Eq<ReturnType<typeof step.continueAsNew>, Promise<never>>>()
const goOn = () => step.continueAsNew({ n: 1 }, { version: '2' })
ok<Eq<Awaited<ReturnType<typeof goOn>>, never>>()
// @ts-expect-error no such option
export const odd = () => step.continueAsNew({ n: 1 }, { queue: 'x' })
