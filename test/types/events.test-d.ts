// What the compiler makes of events: who emits gives the schema's input, who waits gets its output.

import { defineEvent, defineSignal, type StepBaseContext, workflow } from 'millrace'
import type { WorkflowClient } from 'millrace/client'
import { z } from 'zod'
import { type Eq, ok } from './eq.ts'

declare const step: StepBaseContext
declare const client: WorkflowClient

const sig = defineSignal('s', z.object({ ok: z.boolean() }))
const paid = defineEvent('paid', z.object({ amount: z.coerce.number<string>() }))
const bare = defineEvent('bare')
const typed = defineEvent<{ parcel: string }>('typed')

// waits
const one = await step.waitFor('a', paid.for('k'))
ok<Eq<typeof one, { amount: number }>>()
const perhaps = await step.waitFor('a', paid.for('k'), { timeout: '1h' })
ok<Eq<typeof perhaps, { amount: number } | undefined>>()
const byOption = await step.waitFor('a', paid, { key: 'k' })
ok<Eq<typeof byOption, { amount: number }>>()
const named = await step.waitFor('a', {
  eventName: 'paid',
  key: 'k',
  schema: z.object({ n: z.number() }),
})
ok<Eq<typeof named, { n: number }>>()
const unknown = await step.waitFor('a', bare.for('k'))
ok<Eq<typeof unknown, unknown>>()
const any = await step.waitForAny('a', { sig, paid: paid.for('k') }, { timeout: '1h' })
ok<
  Eq<
    typeof any,
    { name: 'sig'; data: { ok: boolean } } | { name: 'paid'; data: { amount: number } } | undefined
  >
>()
const all = await step.waitForAll('b', { sig, paid: paid.for('k') })
ok<Eq<typeof all, { sig: { ok: boolean }; paid: { amount: number } }>>()
// @ts-expect-error an event without a key is nothing that a step could wait for
step.waitFor('a', paid)
// @ts-expect-error nor one of several
step.waitForAny('a', { paid })

// emissions
const emitted = await client.emitEvent(paid, { amount: '90' }, { key: 'k', keepFor: '2 days' })
ok<Eq<typeof emitted, { matched: number; started: string[] }>>()
await client.emitEvent({ eventName: 'paid', data: 1, key: 'k', dedupeId: 'd' })
const nothing = await step.emitEvent('tell', typed, { parcel: 'p' }, { key: 'k' })
ok<Eq<typeof nothing, void>>()
// @ts-expect-error data that do not fit
client.emitEvent(paid, { amount: 90 }, { key: 'k' })
// @ts-expect-error the key is missing
client.emitEvent(paid, { amount: '90' }, {})
// @ts-expect-error data that do not fit
step.emitEvent('tell', typed, { parcel: 1 }, { key: 'k' })
// @ts-expect-error no such option
client.emitEvent(paid, { amount: '90' }, { key: 'k', keep: '1 day' })

// starts
const inputSchema = z.object({ amount: z.string() })
workflow('w', () => 1, { inputSchema, startOn: { event: paid } })
workflow('w', () => 1, { inputSchema, startOn: [{ event: paid, key: 'eu' }] })
workflow('w', () => 1, { startOn: { event: bare } })
// @ts-expect-error data that are no input of it
workflow('w', () => 1, { inputSchema, startOn: { event: typed } })

// a signal with a start
const w = workflow('w', () => 1)
await client.startWorkflow(w, 1, {
  idempotencyKey: 'k',
  signal: { signal: sig, data: { ok: true } },
})
await client.startWorkflow(w, 1, { signal: { eventName: 's', data: 1, dedupeId: 'd' } })
// @ts-expect-error neither a signal nor a name
client.startWorkflow(w, 1, { signal: { data: 1 } })
