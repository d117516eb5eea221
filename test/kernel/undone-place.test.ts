import { expect, test } from 'vitest'
import type { JournalRow } from '../../src/model/journal.ts'
import { openKernel, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const began = row('b', '', { status: 'f', failure: { message: 'no' }, reason: null, by: null })
const failure = { message: 'no', stepId: 'ship', fingerprint: 'x' }

/** A run that has failed with this history. */
async function failed(rows: JournalRow[]) {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, rows)
  await worker.advance(task, { op: 'f', output: JSON.stringify(failure), length: rows.length })
  return { route, run, id: uuid(run), worker }
}

const undone = [
  row('r', 'look', 1),
  row('a', ''),
  row('e', 'reserve', { message: 'busy' }),
  row('r', 'reserve', 2),
  row('r', 'note', 3),
  row('r', 'charge', 4),
  row('f', 'ship', failure),
  began,
  row('n', 'charge'),
  row('i', 'reserve', { message: 'busy' }),
  row('n', 'reserve'),
]

test('is the first row of the first step that was undone; null if none was', async () => {
  const place = (run: string) => kernel.query('select * from millrace.undone_place($1)', [run])
  const { run } = await failed(undone)
  expect(await place(run)).toEqual([{ first_seq: 2, step: 'reserve' }])
  const plain = await failed(undone.slice(0, 7))
  expect(await place(plain.run)).toEqual([{ first_seq: null, step: null }])
})

test('a retry begins before it: no step is taken for done that is not any more', async () => {
  const { route, id, worker } = await failed(undone)
  await kernel.call('retry_workflow', id)
  const again = await worker.claimOne(route)
  expect(again.journal).toEqual([row('r', 'look', 1)])
  expect(await kernel.live(again.run)).toMatchObject({ undo: null })
})

test('without undos it goes on from the failure', async () => {
  const { route, id, worker } = await failed(undone.slice(0, 7))
  await kernel.call('retry_workflow', id)
  const names = (await worker.claimOne(route)).journal.map(({ name }) => name)
  expect(names).toEqual(['look', 'reserve', 'reserve', 'note', 'charge'])
})

test('a fork from behind it is refused, one from there or before is not', async () => {
  const { id } = await failed(undone)
  const fork = (from_step: string) => kernel.call('fork_workflow', id, { from_step })
  const told = await refusal(
    fork('charge'),
    'MR001',
    'step "reserve", which came before, was undone',
  )
  expect(told).toMatchObject({ undone: 'reserve' })
  expect(await fork('reserve')).toMatchObject({ forked_from: id, phase: null })
  expect(await fork('look')).toMatchObject({ forked_from: id })
})

test('while a run is undone it is not forked', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, undone.slice(0, 8))
  const fork = kernel.call('fork_workflow', uuid(run), { from_step: 'look' })
  await refusal(fork, 'MR011', 'its steps are being undone')
})

test('the timeline tells of undos, each attempt by itself', async () => {
  const { id } = await failed(undone)
  const text = `select step_id, status, attempt, failure ->> 'message' as message from millrace.get_timeline($1) where kind = 'undo'`
  expect(await kernel.query(text, [id])).toEqual([
    { step_id: '', status: 'running', attempt: 1, message: 'no' },
    { step_id: 'charge', status: 'completed', attempt: 1, message: null },
    { step_id: 'reserve', status: 'failed', attempt: 1, message: 'busy' },
    { step_id: 'reserve', status: 'completed', attempt: 2, message: null },
  ])
  const steps = `select step_id, attempt from millrace.get_timeline($1) where kind = 'step' and step_id = 'reserve'`
  expect(await kernel.query(steps, [id])).toEqual([
    { step_id: 'reserve', attempt: 1 },
    { step_id: 'reserve', attempt: 2 },
  ])
})

test('progress counts what was done, not what was undone', async () => {
  const { id } = await failed(undone)
  const [progress] = await kernel.query('select * from millrace.check_progress($1)', [id])
  expect(progress).toMatchObject({ completed_steps: 4 })
})
