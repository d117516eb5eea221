import { readFileSync } from 'node:fs'

/** What pypgflow's users write: a payment that looks wrong, with roles and free-form conditions. */
export const fraudDetection = readFileSync(
  new URL('../../examples/machines/fraud_detection.yaml', import.meta.url),
  'utf8',
)

/** And an order, of which a final state is left: what is delivered may come back. */
export const orderProcessing = `workflow:
  name: order_processing
  version: 1.0
  metadata: { description: An order from its payment to the door, category: commerce }
states:
  - { name: pending, initial: true, metadata: { color: "#orange" } }
  - name: paid
  - name: shipped
  - { name: delivered, final: true }
  - { name: cancelled, final: true }
  - { name: returned, final: true }
transitions:
  - { from: pending, to: paid, name: payment_confirmed, context: { methods: [card, transfer] } }
  - { from: pending, to: cancelled, name: payment_failed }
  - { from: paid, to: shipped, name: ship_order }
  - { from: shipped, to: delivered, name: confirm_delivery }
  - { from: delivered, to: returned, name: process_return, conditions: { return_window_days: 30 } }
  - { from: pending, to: cancelled, name: cancel_order }
  - { from: paid, to: cancelled, name: cancel_paid_order, conditions: { requires_approval: true } }
`

const pair = [{ name: 'a', initial: true }, { name: 'b' }, { name: 'c' }]
const state = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ name: `s${i}`, ...(i === 0 && { initial: true }) }))
const ring = (n: number, more: object) =>
  Array.from({ length: n }, (_, i) => ({ from: `s${i}`, to: `s${(i + 1) % n}`, ...more }))
const compared = (n: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, { eq: i }]))

/** What would take the database long to read, just beyond what it takes: and why it is refused. */
export const tooMuch: Record<string, [object, string]> = {
  expressions: [
    { states: state(6), transitions: ring(6, { conditions: `by == "${'x'.repeat(3500)}"` }) },
    'TOO_LARGE ',
  ],
  'short expressions': [
    {
      states: state(501),
      transitions: ['x', 'y'].flatMap((name) => ring(501, { conditions: '1', name })),
    },
    'TOO_LARGE ',
  ],
  'short expressions in a text': [
    {
      states: [
        { ...pair[0], on_enter: Array(6).fill({ webhook: 'w', data: '{{1}}'.repeat(190) }) },
      ],
    },
    'TOO_LARGE ',
  ],
  comparisons: [
    { states: state(3), transitions: ring(3, { conditions: { metadata: compared(700) } }) },
    'TOO_LARGE ',
  ],
  ways: [{ states: state(101) }, 'TOO_LARGE /transitions'],
  bytes: [{ states: [{ ...pair[0], metadata: { a: 'x'.repeat(2 ** 20) } }] }, 'TOO_LARGE '],
}

const timers = (...of: [string, string, unknown][]) =>
  of.map(([from, to, after], i) => ({ from, to, name: `t${i}`, ...(after !== null && { after }) }))

/** Timers, and where those are refused that lead round; null: they are not. */
export const timersRound: [string, object[], string | null][] = [
  [
    'round through two',
    timers(['a', 'b', '1ms'], ['b', 'a', 0.999], ['b', 'c', null]),
    '/transitions/0/after',
  ],
  [
    'one to itself',
    timers(['a', 'b', null], ['b', 'b', '500 ms'], ['b', 'c', '1 hour']),
    '/transitions/1/after',
  ],
  ['round by a wildcard', timers(['*', 'b', '10ms'], ['b', 'c', '10ms']), '/transitions/0/after'],
  [
    'round through three, behind a quick one',
    timers(['c', 'b', '5ms'], ['a', 'c', '5ms'], ['b', 'c', '5ms']),
    '/transitions/0/after',
  ],
  [
    'round with one that takes a second',
    timers(['a', 'b', '1ms'], ['b', 'a', '1 second'], ['b', 'c', null]),
    null,
  ],
  [
    'round with one that is asked for',
    timers(['a', 'b', '1ms'], ['b', 'a', null], ['b', 'c', '1ms']),
    null,
  ],
  ['quick, and not round', timers(['a', 'b', '1ms'], ['b', 'c', '1ms'], ['a', 'c', '2ms']), null],
]
/** A document with them. */
export const withTimers = (name: string, transitions: object[]) => ({
  ...{ workflow: { name }, states: pair, transitions },
})
