import { emitEvent } from '../../src/kernel/events.ts'
import { startRuns } from '../../src/kernel/runs.ts'
import { type Advance, advanceTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { eventMessage } from '../../src/workflow/event-message.ts'
import { hasten } from './events.ts'
import { beside, cancel, claim, drawTwo, start } from './focused-moves.ts'
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
