import type pg from 'pg'
import { openPool } from './pool.ts'

/** Numbers from 0 to 1, the same at every run of the test. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}

export type Lossy = pg.Pool & { lost: number }

/**
 * A pool of which one query in `odds` fails: half of these before they are sent, half after. Only
 * those that call this function of the kernel, if it is named.
 */
export function lossyPool(connectionString: string, odds: number, only = ''): Lossy {
  const pool = Object.assign(openPool({ connectionString, max: 6 }), { lost: 0 })
  const next = random(7)
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  pool.query = (async (...args: unknown[]) => {
    const fate = next() * odds
    if (fate >= 1 || !JSON.stringify(args[0]).includes(only)) return query(...args)
    pool.lost++
    if (fate > 0.5) await query(...args)
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  }) as never
  return pool
}

/** Asks again until it is answered. */
export async function untilItWorks<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch {}
  }
}
