// What the compiler makes of machines: their states and transitions, and names that do not exist.
import { createWorkflowRef, type WorkflowClient } from 'millrace/client'
import {
  type AuditEntry,
  defineMachine,
  type Entity,
  type EntityInstance,
  type Machine,
  type StateOf,
  type TransitionOf,
} from 'millrace/entity'
import { type Eq, ok } from './eq.ts'

export const ticket = defineMachine({
  name: 'ticket',
  states: {
    open: { initial: true, metadata: { tags: ['a'] } },
    working: {},
    closed: { final: true },
  },
  transitions: {
    take: { from: 'open', to: 'working', metadata: { tags: ['a', { b: null }] } },
    close: { from: ['open', 'working'], to: 'closed' },
    drop: { from: '*', to: 'closed', actions: [{ start: 'refund' }] },
  },
})
ok<Eq<StateOf<typeof ticket>, 'open' | 'working' | 'closed'>>()
ok<Eq<TransitionOf<typeof ticket>, 'take' | 'close' | 'drop'>>()

const text: Machine = defineMachine('workflow: {}')
ok<Eq<StateOf<typeof text>, string>>()

defineMachine({
  name: 'a',
  states: { open: { initial: true }, closed: {} },
  // @ts-expect-error there is no such state to go to
  transitions: { a: { from: 'open', to: 'clsed' } },
})
defineMachine({
  name: 'a',
  states: { open: { initial: true }, closed: {} },
  // @ts-expect-error nor to come from
  transitions: { a: { from: ['open', 'opne'], to: 'closed' } },
})

const two = { open: { initial: true }, closed: {} } as const
const close = { from: 'open', to: 'closed' } as const
// names that nobody reads
defineMachine({
  name: 'a',
  states: two,
  // @ts-expect-error it is requiresRole
  transitions: { a: { from: 'open', to: 'closed', requireRole: 'agent' } },
})
defineMachine({
  name: 'a',
  states: two,
  // @ts-expect-error nor as documents have it
  transitions: { a: { from: 'open', to: 'closed', requires_role: 'agent' } },
})
defineMachine({
  name: 'a',
  states: two,
  // @ts-expect-error it is conditions
  transitions: { a: { from: 'open', to: 'closed', condition: 'metadata.amount < 7' } },
})
defineMachine({
  name: 'a',
  // @ts-expect-error it is onEnter
  states: { open: { initial: true, on_enter: [] }, closed: {} },
  transitions: { a: { from: 'open', to: 'closed' } },
})
defineMachine({
  name: 'a',
  // @ts-expect-error it is table
  tabel: 'as',
  states: two,
  transitions: { a: close },
})
defineMachine({
  name: 'a',
  states: two,
  // @ts-expect-error it is runId
  transitions: { a: { ...close, actions: [{ signal: 'over', run_id: 'x' }] } },
})
defineMachine({
  name: 'a',
  states: two,
  // @ts-expect-error a start takes input
  transitions: { a: { ...close, actions: [{ start: 'refund', data: {} }] } },
})
const eyes = defineMachine({
  name: 'a',
  states: two,
  transitions: {
    ask: close,
    sign: { ...close, fourEyes: ['ask'] },
    end: { ...close, fourEyes: 'sign' },
  },
})
ok<Eq<TransitionOf<typeof eyes>, 'ask' | 'sign' | 'end'>>()
defineMachine({
  name: 'a',
  states: two,
  // @ts-expect-error nobody does such a transition
  transitions: { ask: close, sign: { ...close, fourEyes: ['aks'] } },
})
const none = defineMachine({ name: 'a', states: two, transitions: {} })
ok<Eq<StateOf<typeof none>, 'open' | 'closed'>>()
ok<Eq<TransitionOf<typeof none>, never>>()

// clients
declare const client: WorkflowClient
const entity = client.entity(ticket, '17', { table: 'tickets' })
ok<Eq<typeof entity, Entity<typeof ticket>>>()
const started = await entity.start({ metadata: { n: 1 }, by: 'ada', ifExists: 'return' })
ok<Eq<typeof started.state, 'open' | 'working' | 'closed'>>()
const moved = await entity.transition('take', { by: 'ada', roles: ['agent'], set: { n: 2 } })
ok<Eq<typeof moved.state, 'open' | 'working' | 'closed'>>()
await entity.transitionTo('closed')
const state = await entity.state()
ok<Eq<typeof state, 'open' | 'working' | 'closed' | null>>()
const [may] = await entity.transitions({ by: 'ada' })
ok<Eq<NonNullable<typeof may>['name'], 'take' | 'close' | 'drop'>>()
const [row] = await entity.history()
ok<Eq<NonNullable<typeof row>, AuditEntry<'open' | 'working' | 'closed'>>>()
ok<Eq<NonNullable<typeof row>['at'], Date>>()
// @ts-expect-error there is no such transition
entity.transition('tkae')
// @ts-expect-error nor such a state
entity.transitionTo('clsed')
await entity.transition('take', { expectedState: 'open' })
// @ts-expect-error it was never in such a state
entity.transition('take', { expectedState: 'opne' })
// @ts-expect-error whatever it is to go to
entity.transitionTo('closed', { expectedState: 'opne' })
// @ts-expect-error no such option
entity.transition('take', { idempotencykey: 'a' })
// @ts-expect-error metadata are fields
entity.start({ metadata: 'x' })
// @ts-expect-error a workflow is no machine
client.entity(createWorkflowRef('x'), '17')

const byName = client.entity('ticket', '17')
await byName.transition('anything', { expectedState: 'any' })
const anyState = await byName.state()
ok<Eq<typeof anyState, string | null>>()
const { items } = await client.getEntities({ machine: 'ticket', status: 'live', limit: 5 })
ok<Eq<typeof items, EntityInstance[]>>()
await client.transition({ instanceId: 'x', name: 'take', by: 'ada' })
await client.transition({ instanceId: 'x', toState: 'closed' })
// @ts-expect-error neither a name nor a state
client.transition({ instanceId: 'x' })
// @ts-expect-error no such status
client.getEntities({ status: 'open' })
await client.migrateEntities({
  ...{ machine: 'ticket', fromVersion: '1', toVersion: '2' },
  mapping: { open: 'new' },
})
