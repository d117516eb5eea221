import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/index.ts'
import { fast, slow } from './fast.ts'
import { ask, makeRoom, serverIsGone, until } from './room.ts'

let dataDir: string

beforeAll(async () => {
  dataDir = join(await makeRoom(), 'pg')
}, slow.timeout)

describe('a folder that two want', slow, () => {
  const start = (reuse = false) => startPostgres({ dataDir, settings: fast, reuse })

  test('of two first starts at once one gets it, the other an error that names it', async () => {
    const starts = await Promise.allSettled([start(), start()])
    const winners = starts.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const losers = starts.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(winners).toHaveLength(1)
    const pid = winners[0]?.pid
    expect(losers.map(String)).toEqual([
      expect.stringContaining(
        `embedded Postgres in ${dataDir} is already in use by process ${pid}`,
      ),
    ])
    expect(await ask(winners[0]?.connectionString ?? '', 'SELECT 1')).toBe(1)
    await winners[0]?.stop()
  })

  test('with `reuse` both get it, and only the one who started it stops it', async () => {
    const both = await Promise.all([start(true), start(true)])
    const [own, reused] = both.sort((a) => (a.reused ? 1 : -1))
    expect(reused).toMatchObject({ reused: true, connectionString: own.connectionString })
    await reused.stop()
    expect(await ask(own.connectionString, 'SELECT 1')).toBe(1)
    await own.stop()
    expect(serverIsGone(own.pid)).toBe(true)
  })

  test('a start while the last server is still shutting down waits for its end', async () => {
    const last = await start()
    const stopped = last.stop()
    const next = await start()
    await stopped
    expect(next.pid).not.toBe(last.pid)
    await next.stop()
  })
})

describe('a postmaster.pid that a crash has left', slow, () => {
  let server: EmbeddedPostgres

  beforeAll(async () => {
    server = await startPostgres({ dataDir, settings: fast })
    return () => server.stop()
  }, slow.timeout)

  test('after kill -9 of the postmaster in the middle of a query, a new one starts', async () => {
    const broken = ask(server.connectionString, 'SELECT pg_sleep(60)').catch(() => 'broken')
    const active = 'SELECT count(*)::int FROM pg_stat_activity WHERE query ~ $$^SELECT pg_sleep$$'
    await until('the query runs', () => ask(server.connectionString, active))
    process.kill(server.pid, 'SIGKILL')
    const next = await startPostgres({ dataDir, settings: fast })
    expect(await broken).toBe('broken')
    await server.stop()
    expect(await ask(next.connectionString, 'SELECT 1')).toBe(1)
    server = next
  })

  test.each([
    ['is gone', 2 ** 22 - 1],
    ['is another program by now', process.pid],
  ])('and whose process %s', async (_, pid) => {
    const left = await readFile(join(dataDir, 'postmaster.pid'), 'utf8')
    await server.stop()
    await writeFile(join(dataDir, 'postmaster.pid'), left.replace(/^\d+/, String(pid)))
    server = await startPostgres({ dataDir, settings: fast })
    expect(await ask(server.connectionString, 'SELECT 1')).toBe(1)
  })
})
