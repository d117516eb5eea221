import { setTimeout as pause } from 'node:timers/promises'
import type { PoolClient, QueryConfig } from 'pg'
import { Abandoned, type Isolation } from '../definition/host.ts'
import type { Database } from '../kernel/database.ts'
import { decodeError, isConnectionLoss, isRetryable } from '../kernel/database-error.ts'
import { inSchema } from '../kernel/schema-name.ts'
import type { Verdict } from '../model/journal.ts'
import { whileAway } from './while-away.ts'

/** Times that it is repeated after conflicts, before its attempt fails. */
const MAX_REPEATS = 20
/**
 * A connection that does not answer a begin, a commit or a rollback in this time counts as lost.
 */
const CONTROL_TIMEOUT_MS = 30_000

/** A transaction of the user's with its checkpoint. */
export type RunTransaction<T> = {
  readonly isolation: Isolation
  /** Tells this transaction from one that the work began in its place. */
  readonly name: string
  readonly work: (client: PoolClient) => Promise<T>
  /** Writes what follows from the result, in the same transaction. */
  readonly write: (client: PoolClient, result: T) => Promise<Verdict>
  /** After a commit without a reply: whether it came to be; null if the lease is over. */
  readonly committed: (result: T) => Promise<boolean | null>
  readonly over: () => boolean
}

type Phase = 'begin' | 'work' | 'write' | 'commit'
type Tried<T> =
  | { readonly kind: 'done'; readonly result: T; readonly verdict: Verdict }
  | { readonly kind: 'again'; readonly error: unknown; readonly counts: boolean }

/**
 * Runs it until it has committed, or failed for a reason of its own. What `work` throws is thrown
 * as it is; a conflict with others, or a database that was away before `work` began, repeats it.
 */
export async function runTransaction<T>(
  db: Database,
  transaction: RunTransaction<T>,
): Promise<{ result: T; verdict: Verdict }> {
  for (let repeats = 0; ; ) {
    const client = await whileAway(() => connect(db), transaction.over)
    const tried = await tryOnce(client, db.schema, transaction)
    if (tried.kind === 'done') return tried
    if (tried.counts) repeats++
    if (repeats >= MAX_REPEATS || transaction.over()) throw decodeError(tried.error)
    await pause(Math.random() * Math.min(2 ** repeats, 200))
  }
}

async function tryOnce<T>(
  client: PoolClient,
  schema: string,
  transaction: RunTransaction<T>,
): Promise<Tried<T>> {
  const { isolation, name, work, write } = transaction
  // a connection that is lost while it does nothing says only this; unheard, it would end the
  // process
  client.on('error', ignore)
  let phase: Phase = 'begin'
  let result: T | undefined
  try {
    const begin = `begin isolation level ${isolation}; set local millrace.transaction = '${name}'`
    await control(client, inSchema(begin, schema))
    phase = 'work'
    result = await work(client)
    phase = 'write'
    const verdict = await write(client, result)
    phase = 'commit'
    const taken = verdict.kind !== 'stale' && verdict.kind !== 'undo'
    await control(client, taken ? 'commit' : 'rollback')
    release(client, true)
    return { kind: 'done', result, verdict }
  } catch (error) {
    const lost = error instanceof Abandoned || isConnectionLoss(error)
    release(client, !lost && (await rolledBack(client)))
    if (phase === 'commit' && lost) return lookUp(transaction, result as T, error)
    if (isRetryable(error) || (lost && phase !== 'work')) {
      return { kind: 'again', error, counts: phase !== 'begin' }
    }
    if (error instanceof Abandoned) throw error.cause
    throw phase === 'work' ? error : decodeError(error)
  }
}

/** The reply of a commit was lost. */
async function lookUp<T>(
  transaction: RunTransaction<T>,
  result: T,
  error: unknown,
): Promise<Tried<T>> {
  const committed = await transaction.committed(result)
  if (committed === false) return { kind: 'again', error, counts: true }
  return { kind: 'done', result, verdict: { kind: committed === null ? 'stale' : 'done' } }
}

async function connect(db: Database): Promise<PoolClient> {
  try {
    return await db.pool.connect()
  } catch (error) {
    throw decodeError(error)
  }
}

/** Before anything else is awaited: where the pool has one connection, it is needed for that. */
function release(client: PoolClient, sound: boolean): void {
  client.off('error', ignore)
  client.release(!sound)
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  return control(client, 'rollback').then(
    () => true,
    () => false,
  )
}

async function control(client: PoolClient, text: string): Promise<void> {
  // query_timeout is pg's, per statement; its types know it only for a whole client
  await client.query({ text, query_timeout: CONTROL_TIMEOUT_MS } as QueryConfig)
}

function ignore(): void {}
