import { setTimeout as pause } from 'node:timers/promises'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { APPROVED } from './orders.ts'
import type { Shop } from './shop.ts'

/** Between two looks at the shop's table. */
const LOOK_MS = 50
/** Messages under way at once. */
const AT_ONCE = 8

/** Approves one order. The same approval sent twice is one: it has an id. */
export async function approve(client: WorkflowClient, runId: string): Promise<void> {
  await client.triggerEvent({
    runId,
    eventName: APPROVED,
    data: { by: 'the demo' },
    dedupeId: 'approval',
  })
}

/** Approves what was reserved, until it is told to stop: an application that looks at its own table. */
export async function approveAll(
  client: WorkflowClient,
  shop: Shop,
  early: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const runs = await shop.unapproved()
    await each(
      runs.filter((run) => !early.has(run)),
      AT_ONCE,
      (run) => approve(client, run),
    )
    if (runs.length > 0) await shop.approved(runs)
    await pause(LOOK_MS)
  }
}

/** Calls `work` for each of the items, a few at once. */
export async function each<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) await work(items[next++] as T)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane))
}
