import { setTimeout as pause } from 'node:timers/promises'
import { emitEvent } from '../../src/kernel/events.ts'
import { startRuns, takeIds } from '../../src/kernel/runs.ts'
import { type Advance, advanceTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { eventMessage } from '../../src/workflow/event-message.ts'
import { hasten } from './events.ts'
import { beside, cancel, claim, drawTwo, kill, start } from './focused-moves.ts'
import type { Lab } from './lab.ts'

/** An emission that is not committed yet, and a run that begins to wait meanwhile: its look finds nothing. */
export async function emissionBesideWait(lab: Lab): Promise<string | null> {
  const { run, park, emit, work, given } = await makeWaiter(lab)
  await beside(
    lab,
    (client) => emit(client),
    async () => {
      await park()
      await work()
    },
  )
  await work()
  const isGiven = await given()
  await cancel(lab, [run])
  return isGiven ? null : 'a run was not given an event that was being emitted as it began to wait'
}

/** A wait that is not committed yet, and an emission that is spread meanwhile: that finds nobody. */
export async function waitBesideEmission(lab: Lab): Promise<string | null> {
  const { run, park, emit, work, given } = await makeWaiter(lab)
  await beside(
    lab,
    (client) => park(client),
    async () => {
      await emit()
      await work()
    },
  )
  await work()
  const isGiven = await given()
  await cancel(lab, [run])
  return isGiven ? null : 'a run that was beginning to wait was not given an event'
}

/** A run that somebody holds while an event is spread gets it later. */
export async function heldRun(lab: Lab): Promise<string | null> {
  const { run, park, emit, work, given } = await makeWaiter(lab)
  await park()
  await work()
  await beside(
    lab,
    (client) => client.query('select from millrace.live where run_id = $1 for update', [run]),
    async () => {
      await emit()
      await work()
    },
  )
  await work()
  const isGiven = await given()
  await cancel(lab, [run])
  return isGiven ? null : 'a run that others held was never given its event'
}

/** What a stale owner emits nobody hears. */
export async function emissionByStaleOwner(lab: Lab): Promise<string | null> {
  const [run, id] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { worker, tasks } = await claim(lab)
  await kill(lab, worker)
  await claim(lab)
  const { fence } = tasks[0] as LeasedTask
  const emits = [{ id, name: 'focused', key: run, data: '{}', dedupeId: null, keepMs: 60_000 }]
  const write = { run, task: 0, fence, parent: null, op: 'k', length: 0, rows: [], emits } as const
  await advanceTasks(lab.db, lab.tenant, [write satisfies Advance])
  const kept = await lab.ask('select from millrace.events where key = $1', [run])
  await cancel(lab, [run])
  return kept.length === 0 ? null : 'a stale owner emitted an event'
}

/** A start waits for whoever holds its key, whatever comes of it then. */
export async function startBesideStart(lab: Lab): Promise<string | null> {
  const [first, second] = await drawTwo(lab)
  const rules = { throttle: { period_ms: 60_000, key: { k: first } } }
  const meta = JSON.stringify({ workflow: lab.slots[0]?.workflow, rules })
  const [holder, other] = await Promise.all([lab.pool.connect(), lab.pool.connect()])
  const begin = (id: string) => startRuns(lab.db, lab.tenant, [{ ...start(lab, id), meta }], other)
  await begin(first)
  await holder.query('begin')
  await holder.query('select from millrace.start_keys where run_id = $1 for update', [first])
  const said = begin(second)
  const early = await Promise.race([said, pause(300)])
  await holder.query('commit')
  await said
  for (const client of [holder, other]) client.release()
  await cancel(lab, [first])
  return early === undefined ? null : 'a start did not wait for who holds its key'
}

/** More starts in one call than go into one batch. */
export async function batchesOfOneCall(lab: Lab): Promise<string | null> {
  const first = BigInt(await takeIds(lab.db))
  const ids = Array.from({ length: 5 }, (_, i) => String(first + BigInt(i)))
  const batch = { size: 2, timeout_ms: 60_000, key: { k: ids[0] } }
  const meta = JSON.stringify({ workflow: lab.slots[0]?.workflow, rules: { batch } })
  await startRuns(
    lab.db,
    lab.tenant,
    ids.map((id) => ({ ...start(lab, id), input: `[${id}]`, meta })),
  )
  const made = await lab.ask<{ inputs: number }>(
    'select json_array_length(input::json) as inputs from millrace.runs where id = any ($1) order by id',
    [ids],
  )
  await cancel(lab, ids)
  const sizes = made.map(({ inputs }) => inputs).join()
  return sizes === '2,2,1' ? null : `five inputs of one call are in batches of ${sizes}, not 2,2,1`
}

/** A later start with the key of a debounce puts the begin of its run off. */
export async function debouncePutOff(lab: Lab): Promise<string | null> {
  const [run, later] = await drawTwo(lab)
  const one = (id: string, period_ms: number) => {
    const rules = { debounce: { period_ms, key: { k: run } } }
    return { ...start(lab, id), meta: JSON.stringify({ workflow: lab.slots[0]?.workflow, rules }) }
  }
  const begins = async () => {
    const text = 'select wake_at from millrace.live where run_id = $1'
    const [live] = await lab.ask<{ wake_at: Date }>(text, [run])
    return live?.wake_at.getTime() ?? 0
  }
  await startRuns(lab.db, lab.tenant, [one(run, 60_000)])
  const before = await begins()
  await startRuns(lab.db, lab.tenant, [one(later, 120_000)])
  const putOff = (await begins()) - before
  await cancel(lab, [run])
  return putOff >= 60_000 ? null : `a debounce put its run off by ${putOff} ms, not by a minute`
}

/** The last of the starts that are debounced counts, also where the reply of one before it was lost. */
export async function debounceSentAgain(lab: Lab): Promise<string | null> {
  const [run, second] = await drawTwo(lab)
  const [third] = await drawTwo(lab)
  const rules = { debounce: { period_ms: 60_000, key: { k: run } } }
  const meta = JSON.stringify({ workflow: lab.slots[0]?.workflow, rules })
  for (const id of [run, second, third, second])
    await startRuns(lab.db, lab.tenant, [{ ...start(lab, id), input: `"${id}"`, meta }])
  const [made] = await lab.ask<{ input: string }>('select input from millrace.runs where id = $1', [
    run,
  ])
  await cancel(lab, [run])
  return made?.input === `"${third}"`
    ? null
    : `a debounced run has the input ${made?.input}, not that of its last start, "${third}"`
}

/** A run that is about to wait for an event of its own. */
async function makeWaiter(lab: Lab) {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { fence } = (await claim(lab)).tasks[0] as LeasedTask
  const event = { name: 'focused', key: run }
  const waits = [{ key: 'wait', name: eventMessage(event), ms: null, event }]
  const write = { run, task: 0, fence, parent: null, op: 'w', length: 0, rows: [], waits } as const
  type Client = Parameters<typeof emitEvent>[4]
  return {
    run,
    park: (tx?: Client) => advanceTasks(lab.db, lab.tenant, [write satisfies Advance], { tx }),
    emit: (tx?: Client) => emitEvent(lab.db, event.name, '{}', { key: run }, tx),
    /** All that is to be looked at is looked at now. */
    work: async () => {
      await hasten({ lab, base: run }, true)
      await lab.ask('select millrace.work_events()')
    },
    given: async () => {
      const [live] = await lab.ask<{ state: string }>(
        'select state from millrace.live where run_id = $1',
        [run],
      )
      return live?.state === 'q'
    },
  }
}
