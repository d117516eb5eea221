// Program 9 of the API: a machine, and who moves its entities.

import { TransitionConflictError, type WorkflowClient, workflow } from 'millrace'
import { defineMachine } from 'millrace/entity'

const refund = workflow('refund', async () => ({ refunded: true }))

export const ticket = defineMachine({
  name: 'ticket',
  table: 'tickets',
  states: { open: { initial: true }, working: {}, solved: {}, closed: { final: true } },
  transitions: {
    take: { from: 'open', to: 'working', requiresRole: 'agent' },
    solve: { from: 'working', to: 'solved', reasonRequired: true },
    // starts in the same commit
    reopen: { from: 'solved', to: 'working', actions: [{ start: refund }] },
    // moves by itself
    expire: { from: 'solved', to: 'closed', after: '3 days' },
  },
})

export async function solve(client: WorkflowClient, id: string, by: string) {
  const t = client.entity(ticket, id)
  try {
    await t.transition('solve', { by, notes: 'replaced the cable', expectedState: 'working' })
  } catch (error) {
    if (!(error instanceof TransitionConflictError)) throw error // somebody was faster
  }
  return {
    open: await t.transitions({ by }),
    trail: await t.history(),
    honest: (await t.verify()).ok,
  }
}
