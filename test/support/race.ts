import type pg from 'pg'
import { expect } from 'vitest'
import type { TestDatabase } from './database.ts'
import { until } from './until.ts'

/** A call on a connection of its own. */
export type Call = (client: pg.Client) => Promise<unknown>

/** How a call ended: its rows, or the code of its refusal. */
export type Ending = { readonly rows?: unknown; readonly code?: string }

/** Two connections that race, and one that holds them up. */
export type Track = {
  /** Runs `first` in a transaction that stays open until `second` waits for it, or is through. */
  inTurn(first: Call, second: Call): Promise<{ first: Ending; second: Ending; waited: boolean }>
  /** Starts both while `lock` holds a row, lets go when each waits or is through, and waits for both. */
  together(lock: string, values: unknown[], one: Call, two: Call): Promise<[Ending, Ending]>
}

/** Opens the connections; they are closed with the database. */
export async function openTrack(db: TestDatabase): Promise<Track> {
  const [a, b, holder, watcher] = await Promise.all([1, 2, 3, 4].map(() => db.connect()))
  if (!a || !b || !holder || !watcher) throw new Error('four connections were opened')
  const blocked = (client: pg.Client, ended: Promise<unknown>) => settles(watcher, client, ended)
  return {
    async inTurn(first, second) {
      await a.query('begin')
      const done = await ending(first(a))
      const later = ending(second(b))
      const waited = await blocked(b, later)
      await a.query(done.code ? 'rollback' : 'commit')
      return { first: done, second: await later, waited }
    },
    async together(lock, values, one, two) {
      await holder.query('begin')
      await holder.query(lock, values)
      const first = ending(one(a))
      await blocked(a, first)
      const second = ending(two(b))
      await blocked(b, second)
      await holder.query('commit')
      return Promise.all([first, second])
    },
  }
}

/** True when the client waits for a lock, false when it is through. */
async function settles(
  watcher: pg.Client,
  client: pg.Client,
  ended: Promise<unknown>,
): Promise<boolean> {
  const { processID } = client as unknown as { processID: number }
  const text = `select wait_event_type = 'Lock' as waits from pg_stat_activity where pid = $1`
  const state = { through: false }
  ended.then(() => {
    state.through = true
  })
  const look = async () => {
    if (state.through) return 'through'
    const { rows } = await watcher.query(text, [processID])
    return rows[0]?.waits ? 'waits' : null
  }
  return (await until('the call waits for a lock or is through', look, { every: 1 })) === 'waits'
}

/** Refusals of the kernel are an ending; a deadlock, or anything else, is not. */
async function ending(call: Promise<unknown>): Promise<Ending> {
  try {
    const result = (await call) as { rows?: unknown }
    return { rows: result?.rows }
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    expect(code, message).toMatch(/^MR/)
    return { code: code as string }
  }
}
