import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 100_000 }
const hears = createWorkflowRef('hears')
const tells = createWorkflowRef('tells')
const RUNS = 10_000

test('10,000 runs get an event once each, although the worker that gives it to them is killed', {
  timeout: 180_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  for (let first = 0; first < RUNS; first += 1000) {
    const inputs = Array.from({ length: 1000 }, (_, n) => ({ input: first + n }))
    await p.client.startWorkflows(hears, inputs)
  }
  const waiting = () =>
    p.db.value<number>(`select count(*)::int from millrace.live where state = 'w'`)
  await until('all wait', async () => (await waiting()) === RUNS, LONG)
  const emitted = await p.client.emitEvent({ eventName: 'news', key: 'all', data: 'hello' })
  expect(emitted).toEqual({ matched: RUNS, started: [] })
  await until('some have it', async () => (await waiting()) < RUNS - 1000, LONG)
  expect(await waiting()).toBeGreaterThan(0)
  workers[0]?.kill('SIGKILL')
  await until('more have it', async () => (await waiting()) < RUNS / 2, LONG)
  workers[1]?.kill('SIGKILL')
  await Promise.all([p.spawn(), p.spawn()])
  const left = () => p.db.value<number>('select count(*)::int from millrace.live')
  await until('all have ended', async () => (await left()) === 0, LONG)
  const ended = await p.db.query(
    `select count(*)::int as runs, count(distinct r.input)::int as inputs
     from millrace.runs r join millrace.outcomes o on o.run_id = r.id
     where o.status = 'c' and o.output::jsonb = jsonb_build_array(r.input::jsonb, 'hello')`,
  )
  expect(ended).toEqual([{ runs: RUNS, inputs: RUNS }])
  const rows = await p.db.query(
    `select count(*)::int as n, count(distinct run_id)::int as runs from millrace.checkpoints where kind = 'g'`,
  )
  expect(rows).toEqual([{ n: RUNS, runs: RUNS }])
  expect(await p.db.query('select 1 from millrace.event_waits')).toEqual([])
})

test('a run whose worker is killed emits its event once', { timeout: 60_000 }, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const inputs = Array.from({ length: 200 }, (_, n) => ({ input: n }))
  const runs = await p.client.startWorkflows(tells, inputs)
  await until('some are at it', async () => (await p.effects()).length >= 150, LONG)
  workers[0]?.kill('SIGKILL')
  await Promise.all(runs.map((run) => run.result({ timeout: 50_000 })))
  const events = await p.db.query(
    `select count(*)::int as n, count(distinct data)::int as inputs from millrace.events where name = 'told'`,
  )
  expect(events).toEqual([{ n: 200, inputs: 200 }])
  expect(await p.repeats()).toEqual([])
})
