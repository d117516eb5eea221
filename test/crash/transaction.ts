import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { isConnectionLoss, isRetryable } from '../../src/kernel/database-error.ts'
import { advanceTasks } from '../../src/kernel/tasks.ts'
import type { Verdict } from '../../src/model/journal.ts'
import { makeHands } from './hands.ts'
import type { Draft, Owner } from './owner.ts'
import type { Item } from './program.ts'
import type { Worker } from './worker.ts'

type Commit =
  | { readonly kind: 'committed' | 'refused'; readonly verdict: Verdict }
  | { readonly kind: 'unknown' }

/**
 * Runs the transactional steps of a run, one by one: the user's row and the result commit together. A
 * commit whose outcome is unknown is not repeated: the owner asks first, by a write that waits for the
 * run's lock, so the answer comes after whatever is still on its way.
 */
export async function transact(worker: Worker, owner: Owner): Promise<void> {
  for (const item of owner.transactions()) {
    const { run } = owner.task
    const commit = await commitOnce(worker, owner, item)
    if (commit.kind === 'unknown') {
      worker.world.lab.figures.add('transactions of unknown outcome')
      await worker.write([owner.probe()])
    }
    if (!worker.owners.has(run)) return
    if (commit.kind === 'unknown') return // the next turn looks at what the probe found
  }
}

async function commitOnce(worker: Worker, owner: Owner, item: Item): Promise<Commit> {
  const { world, random } = worker
  const data = makeHands(worker).attempt(owner, item.key, 9)
  const draft = owner.transacted(item, data)
  const client = await world.lab.pool.connect().catch(() => null)
  if (client === null) return { kind: 'unknown' }
  let broken = true
  try {
    const commit = await within(worker, client, draft, item, data)
    broken = commit.kind === 'unknown'
    if (commit.kind !== 'unknown') worker.heed(draft, commit.verdict, 1)
    return commit
  } catch (error) {
    if (isRetryable(error)) return { kind: 'unknown' }
    if (!isConnectionLoss(error)) throw error
    return { kind: 'unknown' }
  } finally {
    if (random.chance(0.3)) await pause(random.next())
    client.release(broken)
  }
}

async function within(
  worker: Worker,
  client: pg.PoolClient,
  draft: Draft,
  item: Item,
  data: string,
): Promise<Commit> {
  const { world, random } = worker
  const { run } = draft.advance
  const chaos = world.phase === 'chaos'
  await client.query('begin')
  await client.query('insert into oracle.effects (run_id, key, tag) values ($1, $2, $3)', [
    run,
    item.key,
    data,
  ])
  worker.dieBy(0.015)
  const [verdict] = (await advanceTasks(world.lab.db, world.lab.tenant, [draft.advance], {
    tx: client,
  })) as [Verdict]
  if (verdict.kind === 'stale' || verdict.kind === 'undo') {
    await client.query('rollback')
    return { kind: 'refused', verdict }
  }
  worker.dieBy(0.015)
  if (chaos && random.chance(0.04)) {
    await client.query('rollback') // as if the connection had been lost before the commit
    return { kind: 'unknown' }
  }
  const commit = client.query('commit')
  if (chaos && random.chance(0.03)) {
    commit.catch(() => {})
    ;(
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy()
    return { kind: 'unknown' }
  }
  await commit
  if (chaos && random.chance(0.04)) return { kind: 'unknown' } // committed, but nobody heard
  return { kind: 'committed', verdict }
}
