import { describe, expect, test } from 'vitest'
import { EventLog } from '../../src/cli/event-log.ts'
import { runAudibly } from '../../src/cli/workflow-files/run-events.ts'
import type { Definition, RunEnd, RunHandle } from '../../src/definition/definition.ts'
import type { LeasedRun, RunHost } from '../../src/definition/host.ts'
import { LeaseLostError, RunCancelledError } from '../../src/model/errors.ts'
import { type RunFailure, toFailure } from '../../src/model/failure.ts'
import type { Change, Verdict } from '../../src/model/journal.ts'
import { suspensionRow } from '../../src/workflow/endings.ts'
import { until } from '../support/until.ts'
import { fakeOutput } from './output.ts'

const id = '00000000-0000-8001-8000-000179209efb'
const done: Verdict = { kind: 'done' }
const none = { length: 1, rows: [] }
const failure = toFailure(new RangeError('too much'), { stepId: 'charge', attempt: 2 })

type Scene = {
  change?: Change
  verdict?: Verdict
  end: RunEnd
  columns?: number
  everyRun?: boolean
  json?: boolean
  journal?: LeasedRun['journal']
  abort?: Error
  /** What the record of the run says of it. */
  record?: { status: 'cancelled' | 'failed' | 'running'; failure: RunFailure | null }
}

/** What is told of a run that writes this and then leaves so. The time is left out. */
async function tell(scene: Scene): Promise<string[]> {
  const { change, verdict = done, end, journal = [], abort } = scene
  const out = fakeOutput(scene.columns ?? Number.POSITIVE_INFINITY, scene.json)
  let asked = 0
  const read = async () => {
    asked++
    return scene.record ?? { status: 'running' as const, failure: null }
  }
  const log = new EventLog(out, { cwd: '/app', everyRun: scene.everyRun ?? true, read })
  const host = { write: async () => verdict } as unknown as RunHost
  const run = (_: LeasedRun, heard: RunHost): RunHandle => ({
    done: Promise.resolve(change && heard.write(change)).then(() => end),
    abort: () => {},
    cancel: () => {},
    drain: () => {},
    look: () => {},
    running: () => [],
  })
  const lease = { id, workflowId: 'order', version: '1', journal, waits: new Map(), crashes: 0 }
  const handle = runAudibly({ run } as Definition, lease as unknown as LeasedRun, host, [log])
  if (abort) handle.abort(abort)
  await handle.done
  const looksUp = end.kind === 'lost' && (verdict.kind === 'stale' || abort !== undefined)
  if (looksUp && !(abort instanceof LeaseLostError)) await until('it asks', () => asked > 0)
  await new Promise((resolve) => setImmediate(resolve))
  log.stop()
  return scene.json ? out.lines : out.lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''))
}

const parked = { kind: 'parked' } as const
const lost = { kind: 'lost' } as const

describe('a pause', () => {
  const error = new Error('The history holds step "old", but the code calls "new" there. Mend it.')
  const row = suspensionRow('history_mismatch', error)
  const mismatch: Change = { op: 'p', output: 'h', length: 1, rows: [row] }

  test('by the engine says why, and where', async () => {
    expect((await tell({ change: mismatch, end: parked })).at(-1)).toBe(
      `‖ order  paused: history_mismatch at step "old": ${error.message}  ${id}`,
    )
  })

  test('by the engine is told by a worker too', async () => {
    const limit = suspensionRow('limit', new Error('The history is full.'))
    const change: Change = { op: 'p', output: 'l', length: 1, rows: [limit] }
    expect(await tell({ change, end: parked, everyRun: false })).toEqual([
      `‖ order  paused: limit: The history is full.  ${id}`,
    ])
  })

  test('of a step that was recorded as another kind names it', async () => {
    const odd = 'Step "a "b"" is recorded as a delay, but the code now calls step.run there.'
    const rows = [suspensionRow('history_mismatch', new Error(odd))]
    const [, told] = await tell({ change: { op: 'p', output: 'h', length: 1, rows }, end: parked })
    expect(told).toContain('paused: history_mismatch at step "a "b"": Step')
  })

  test('by step.pause, or by a person', async () => {
    const rows = [{ kind: 'p', name: '', data: '{"reason":"step","by":null}' } as const]
    const waits = [{ key: 'look at it', name: '$resume', ms: null }]
    const change: Change = { op: 'p', output: 's', length: 1, rows, waits }
    expect((await tell({ change, end: parked })).at(-1)).toBe(
      `‖ order  paused by step.pause at look at it  ${id}`,
    )
    const kept: Change = { ...none, op: 'k' }
    const person: Scene = { change: kept, verdict: { kind: 'paused' }, end: parked }
    expect((await tell(person)).at(-1)).toBe(`‖ order  paused by a person  ${id}`)
    expect(await tell({ ...person, everyRun: false })).toEqual([])
  })

  test('is an event of its own with --json', async () => {
    const lines = await tell({ change: mismatch, end: parked, json: true })
    expect(JSON.parse(lines.at(-1) as string)).toMatchObject({
      event: 'run.paused',
      run: id,
      reason: 'history_mismatch',
      step: 'old',
      failure: { message: error.message },
    })
  })
})

describe('a run that is lost', () => {
  const stale: Scene = { change: { ...none, op: 'k' }, verdict: { kind: 'stale' }, end: lost }

  test('was cancelled: its record says so', async () => {
    const record = { status: 'cancelled', failure: null } as const
    expect((await tell({ ...stale, record })).at(-1)).toBe(`⊘ order  cancelled  ${id}`)
    const abort = new RunCancelledError('cancelled, or not ours')
    expect((await tell({ end: lost, abort, record })).at(-1)).toBe(`⊘ order  cancelled  ${id}`)
  })

  test('has failed elsewhere, or went to another worker', async () => {
    const record = { status: 'failed', failure } as const
    const failed = `✗ order  failed at charge: RangeError: too much  ${id}`
    expect((await tell({ ...stale, record })).at(-1)).toBe(failed)
    expect((await tell({ ...stale })).at(-1)).toBe(
      `○ order  went to another worker: it is running  ${id}`,
    )
  })

  test('as the lease is over, is not told one by one', async () => {
    const abort = new LeaseLostError('over')
    expect(await tell({ end: lost, abort })).toEqual([`● order  started  ${id}`])
  })
})

describe('a wait', () => {
  const waits = (...all: [key: string, name: string | null, ms: number | null][]): Change => ({
    ...none,
    op: 'w',
    waits: all.map(([key, name, ms]) => ({ key, name, ms })),
  })

  test.each([
    [waits(['gate', 'opened', 7_200_000]), 'waits at gate for "opened" (2 h)'],
    [waits(['kid', '$child:7', null]), 'waits at kid'],
    [waits(['~label', null, 399.4]), 'tries label again in 399 ms'],
    [waits(['~$handler', null, 1000]), 'tries the handler again in 1 s'],
    [waits(['ready', null, 3_600_000], ['?ready', null, 10_000]), 'asks ready again in 10 s'],
    [
      waits(['nap', null, 60_000], ['gate', 'e', null]),
      'waits at nap (1 min), waits at gate for "e"',
    ],
  ])('%j', async (change, text) => {
    expect((await tell({ change, end: parked })).at(-1)).toBe(`◌ order  ${text}  ${id}`)
  })
})

test('a run that was here before goes on', async () => {
  const journal = [{ kind: 'r', name: 'a', data: '1' } as const]
  const end = { kind: 'completed', output: null } as const
  expect(await tell({ end, journal })).toEqual([
    `● order  goes on  ${id}`,
    `✓ order  completed  ${id}`,
  ])
})

test('lines are broken between words, and the id stays whole', async () => {
  const message = 'the label printer is out of paper, and nobody is there to refill it'
  const output = JSON.stringify(toFailure(new Error(message), { stepId: 'label', attempt: 1 }))
  const lines = await tell({ end: { kind: 'failed', output }, columns: 80 })
  expect(lines.slice(1)).toEqual([
    '✗ order  failed at label: Error: the label printer is out of paper,',
    `          and nobody is there to refill it  ${id}`,
  ])
})
