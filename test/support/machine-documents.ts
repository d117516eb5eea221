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
