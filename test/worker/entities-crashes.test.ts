// Entities whose movers and workers are killed: no transition without its actions, no action without its transition, nothing twice.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { check, countRows, define, startSome } from '../support/three-runs.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 60_000 }
const long = { timeout: 120_000 }

test(
  'timers move each entity once, with what it does, while workers are killed',
  long,
  async () => {
    await using p = await startProcesses()
    await define(p.db.query, 'clock', true)
    let workers = [await p.spawn(), await p.spawn()]
    const starting = startSome(p.client, 'clock', 90)
    for (const least of [15, 60, 110]) {
      await until('some have moved', async () => (await countRows(p.db)) >= least, LONG)
      for (const worker of workers.splice(0, 1)) worker.kill('SIGKILL')
      workers = [...workers, await p.spawn()]
    }
    const ids = await starting
    const open = () =>
      p.db.value<boolean>(
        'select exists (select from millrace.entities where completed_at is null)',
      )
    await until('all are through', async () => !(await open()), LONG)
    await until(
      'no run is left',
      async () => (await p.db.query('select from millrace.live')).length === 0,
      LONG,
    )
    await check(p.db.query, p.client, ids, 'millrace:timer')
    expect(await p.repeats()).toEqual([])
    const early = `select count(*)::int from millrace.entity_history
    where spent_ms < case transition when 'ask' then 200 when 'end' then 300 end`
    expect(await p.db.value(early)).toBe(0)
  },
)

test(
  'programs that are killed while they move entities, and others go on under the same keys',
  long,
  async () => {
    await using p = await startProcesses()
    await define(p.db.query, 'asked', false)
    const ids = await startSome(p.client, 'asked', 60)
    const movers: ChildProcess[] = []
    const move = () => {
      const file = fileURLToPath(new URL('./fixtures/mover.js', import.meta.url))
      const options = JSON.stringify({ url: p.db.url, ids, names: ['ask', 'end'] })
      const mover = fork(file, [options], { execArgv: [] })
      movers.push(mover)
      return mover
    }
    await p.spawn()
    const killed = [move(), move()]
    for (const [i, mover] of killed.entries()) {
      await until('it is in the middle', async () => (await countRows(p.db)) >= 25 * (i + 1), LONG)
      mover.kill('SIGKILL')
    }
    const last = [move(), move()]
    // of two at once under the same key one moves, and the other hears what that did
    const exits = await Promise.all(last.map((mover) => once(mover, 'exit')))
    expect(exits).toEqual(last.map(() => [0, null]))
    await until(
      'no run is left',
      async () => (await p.db.query('select from millrace.live')).length === 0,
      LONG,
    )
    await check(p.db.query, p.client, ids, 'mover')
    expect(await p.repeats()).toEqual([])
    for (const mover of movers) mover.kill('SIGKILL')
  },
)
