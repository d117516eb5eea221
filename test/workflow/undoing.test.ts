import { expect, test } from 'vitest'
import { defineEvent } from '../../src/definition/event.ts'
import type { LeasedRun, RunHost } from '../../src/definition/host.ts'
import type { Change, JournalRow, Verdict } from '../../src/model/journal.ts'
import { quietLogger, runLogger } from '../../src/model/logger.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'

const began = JSON.stringify({ status: 'x', failure: null, reason: null, by: 'ada' })
const done: Verdict = { kind: 'done' }
const texts = (rows: readonly JournalRow[]) =>
  rows.map(({ kind, name }) => `${kind} ${name}`.trim())

/** A host that answers by a function, and what was written to it. */
function hostOf(answer: (change: Change) => Verdict) {
  const said: string[] = []
  const host = {
    logger: runLogger(quietLogger, 'test'),
    async write(change: Change) {
      const { op, length, rows, tail = [], waits = [], children = [], emits = [] } = change
      const parts = [...texts([...rows, ...tail]), ...waits.map(({ key }) => `wait ${key}`)]
      const born = children.map(({ id }) => `child ${id}`)
      const told = emits.map(({ id }) => `event ${id}`)
      said.push(`${op} ${length}: ${[...parts, ...born, ...told].join(', ')}`)
      return answer(change)
    },
    prepareChild: async () => ({
      start: { id: '77', route: 1, input: null, meta: '{}' },
      id: 'kid',
    }),
    drawEventId: async () => '9',
    now: () => new Date(),
  }
  return { host: host as unknown as RunHost, said }
}

function lease(journal: readonly JournalRow[] = []): LeasedRun {
  const id = '00000000-0000-4000-8000-000000000000'
  const names = { id, workflowId: 'w', version: '1', tenant: 'default', resourceId: null }
  const rest = { tags: [], retries: null, input: null, journal, waits: new Map(), crashes: 0 }
  return { ...names, ...rest }
}

/** Undoes one step, and started a child after it. */
function book(undone: string[]) {
  return workflow('w', async ({ step }) => {
    await step.run('a', () => 'A', { undo: (a) => undone.push(a) })
    await step.startWorkflow('kid', createWorkflowRef('kid'), undefined)
    await step.waitFor('go', { eventName: 'go' })
  })
}

test('a write that is refused for undos is said again with their begin, but what it was to start is not', async () => {
  const undone: string[] = []
  const { host, said } = hostOf(({ op }) =>
    op === 'w' ? { kind: 'undo', data: began, length: 2 } : done,
  )
  const end = await book(undone).run(lease(), host).done
  expect(end).toEqual({ kind: 'cancelled' })
  expect(said).toEqual([
    ...['k 1: a', 'k 2: r a', 'w 3: c kid, wait go, child 77'],
    ...['k 3: b', 'k 4: n a', 'x 5: x'],
  ])
  expect(undone).toEqual(['A'])
})

test('an event that was emitted in a write that is refused goes with its row, once', async () => {
  const undone: string[] = []
  const w = workflow('w', async ({ step }) => {
    await step.run('a', () => 'A', { undo: (a) => undone.push(a) })
    await step.emitEvent('tell', defineEvent('told'), 1, { key: 'all' })
    await step.waitFor('go', { eventName: 'go' })
  })
  const { host, said } = hostOf(({ op }) =>
    op === 'w' ? { kind: 'undo', data: began, length: 2 } : done,
  )
  expect(await w.run(lease(), host).done).toEqual({ kind: 'cancelled' })
  expect(said).toEqual([
    ...['k 1: a', 'k 2: r a', 'w 3: r tell, wait go, event 9'],
    ...['k 4: r tell, b, event 9', 'k 5: n a', 'x 6: x'],
  ])
  expect(undone).toEqual(['A'])
})

test('one that had been taken, with a reply that was lost, is not: its child is waited for', async () => {
  const undone: string[] = []
  const { host, said } = hostOf(({ op, waits }) => {
    if (op !== 'w') return done
    if (waits?.[0]?.key === 'go') return { kind: 'undo', data: began, length: 3 }
    return { kind: 'news', rows: [{ kind: 'g', name: '$close:kid', data: '{"status":"x"}' }] }
  })
  const end = await book(undone).run(lease(), host).done
  expect(end).toEqual({ kind: 'cancelled' })
  expect(said).toEqual([
    ...['k 1: a', 'k 2: r a', 'w 3: c kid, wait go, child 77'],
    ...['k 4: b', 'w 4: wait $close:kid', 'k 6: n a', 'x 7: x'],
  ])
  expect(undone).toEqual(['A'])
})

test('a run that is cancelled as it comes begins nothing, whatever is left of it', async () => {
  const undone: string[] = []
  const rows: JournalRow[] = [
    { kind: 'a', name: '', data: null },
    { kind: 'r', name: 'a', data: '"A"' },
    { kind: 'b', name: '', data: began },
  ]
  const { host, said } = hostOf(() => done)
  await book(undone).run(lease(rows), host).done
  expect(said).toEqual(['k 4: n a', 'x 5: x'])
  const { host: other, said: less } = hostOf(() => done)
  await book(undone).run(lease([...rows, { kind: 'n', name: 'a', data: null }]), other).done
  expect(less).toEqual(['x 5: x'])
  expect(undone).toEqual(['A'])
})

test('a worker that stops lets an undo end, and leaves the rest to others', async () => {
  const handles: { drain(): void }[] = []
  const undone: string[] = []
  const w = workflow('w', async ({ step }) => {
    await step.run('a', () => 'A', { undo: (a) => undone.push(a) })
    await step.run('b', () => 'B', {
      undo: (b) => {
        handles[0]?.drain()
        undone.push(b)
      },
    })
    await step.waitFor('go', { eventName: 'go' })
  })
  const { host, said } = hostOf(({ op }) =>
    op === 'w' ? { kind: 'undo', data: began, length: 3 } : done,
  )
  const handle = w.run(lease(), host)
  handles.push(handle)
  expect(await handle.done).toEqual({ kind: 'parked' })
  expect(undone).toEqual(['B'])
  expect(said.slice(-2)).toEqual(['k 4: b', 'y 5: n b'])
})
