import type { TimelineEntry } from '../client/timeline.ts'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { each } from './approvals.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { Reservation, Shop } from './shop.ts'

/** A result that the engine recorded, and the receipt of the attempt that made it. */
export type Recorded = { readonly run: string; readonly step: string; readonly receipt: unknown }

/** How the engine says that a run is. */
export type RunState = { readonly status: string; readonly error: string | null }

/** All that is known when the demo is over: what was asked, what the engine says, what the others say. */
export type Evidence = {
  /** Runs that were started, and acknowledged. */
  readonly started: readonly string[]
  /** Runs of the engine: how they are, and why they failed. */
  readonly runs: ReadonlyMap<string, RunState>
  /** Results in the journals of the runs. */
  readonly recorded: readonly Recorded[]
  /** Handlers that were entered, in order. */
  readonly entries: readonly Entry[]
  /** The rows that the transactional step wrote. */
  readonly reservations: readonly Reservation[]
  readonly stock: { readonly gone: number; readonly reserved: number }
  readonly payments: number
  /** Worker processes that died. */
  readonly dead: ReadonlySet<number>
  readonly kills: { readonly wanted: number; readonly done: number }
}

type Sources = { client: WorkflowClient; ledger: Ledger; shop: Shop }

/** Asks the engine, by its public API, for what it recorded, and the witnesses for what they saw. */
export async function gather(
  { client, ledger, shop }: Sources,
  known: Pick<Evidence, 'started' | 'dead' | 'kills'>,
): Promise<Evidence> {
  const runs = await readRuns(client)
  const recorded: Recorded[] = []
  await each(known.started, 8, async (run) => {
    const { items } = await client.getTimeline({ runId: run })
    recorded.push(...items.filter(isResult).map((entry) => readResult(run, entry)))
  })
  const entries = await ledger.entries()
  const reservations = await shop.reservations()
  const [stock, payments] = [await shop.stock(), await shop.bank.payments()]
  return { ...known, runs, recorded, entries, reservations, stock, payments }
}

async function readRuns(client: WorkflowClient): Promise<Map<string, RunState>> {
  const runs = new Map<string, RunState>()
  for (let startingAfter: string | null = null; ; ) {
    const page = await client.getRuns({ limit: 100, startingAfter })
    for (const { id, status, error } of page.items) runs.set(id, { status, error })
    startingAfter = page.nextCursor
    if (startingAfter === null) return runs
  }
}

function isResult({ kind, status }: TimelineEntry): boolean {
  return kind === 'step' && status === 'completed'
}

function readResult(run: string, { stepId, output }: TimelineEntry): Recorded {
  const receipt = typeof output === 'object' && output !== null && Object(output).receipt
  return { run, step: stepId, receipt }
}
