import type { Lookup } from './connector.ts'

type Addresses = Awaited<ReturnType<Lookup>>

/** Lookups at a time: Node has four threads for them, and for files, compression and the database's name. */
const AT_ONCE = 2

/** Milliseconds after which nobody waits for an answer any more: as long as a connection may take. */
const PATIENCE_MS = 10_000

/**
 * A lookup that takes no more than a part of Node's threads, however slowly the names of strangers
 * resolve. Further names wait; those asked for at the same moment share one answer. Rejects with
 * ETIMEDOUT what has waited for too long.
 * @example const lookup = shareLookup((host) => dns.lookup(host, { all: true }))
 */
export function shareLookup(resolve: Lookup, now: () => number = () => performance.now()): Lookup {
  const asked = new Map<string, Promise<Addresses>>()
  const waiting: (() => void)[] = []
  let free = AT_ONCE
  const takeTurn = async () => {
    if (free > 0) free--
    else await new Promise<void>((go) => waiting.push(go))
  }
  const giveTurn = () => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  const ask = async (host: string) => {
    const since = now()
    await takeTurn()
    try {
      if (now() - since < PATIENCE_MS) return await resolve(host)
      throw Object.assign(new Error('Other names took too long.'), { code: 'ETIMEDOUT' })
    } finally {
      asked.delete(host)
      giveTurn()
    }
  }
  return (host) => {
    const answer = asked.get(host) ?? ask(host)
    asked.set(host, answer)
    return answer
  }
}
