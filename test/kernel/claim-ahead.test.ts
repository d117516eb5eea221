import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { checkInvariants } from '../support/invariants.ts'
import { createKernel, type Kernel, message, type Route, timer } from '../support/kernel.ts'

describe('runs whose time comes soon', () => {
  let kernel: Kernel
  let route: Route
  beforeEach(async () => {
    kernel = await createKernel()
    // a look ahead of 200 ms is gone in no time on a busy machine
    await kernel.stopClock()
    route = await kernel.route()
  })
  afterEach(async () => {
    await checkInvariants(kernel)
    await kernel.drop()
  })

  /** A run that waits for an hour or more. */
  async function parked(...waits: Parameters<typeof timer>[]): Promise<string> {
    const run = await kernel.start(route)
    const { worker, task } = await kernel.lease(route)
    await worker.wait(task, ...waits.map(([key, ms]) => timer(key, ms)))
    return run
  }
  const HOUR = 3_600_000
  const NEARLY = HOUR - 190

  async function claim(options: object = {}): Promise<LeasedTask[]> {
    return (await kernel.worker()).claim(route, { ahead: 10, ...options })
  }

  test('are leased before it, and told when it comes', async () => {
    const run = await parked(['nap', HOUR])
    const until = await kernel.value<Date>('select wake_at from millrace.live')
    await kernel.advanceClock(NEARLY)
    const [task] = await claim()
    expect(task).toMatchObject({ run, journal: [], waits: new Map([['nap', -1]]) })
    // never before it, and at most a millisecond after it
    expect((task?.dueAt as number) - until.getTime()).toBeOneOf([0, 1])
    expect(await kernel.live(run)).toMatchObject({
      state: 'l',
      seq: 0,
      fence: task?.fence,
      wait_keys: ['nap'],
      wake_at: null,
    })
  })

  test('are left alone by those who do not ask, and until a fifth of a second before', async () => {
    await parked(['nap', HOUR])
    await kernel.advanceClock(HOUR - 10_000)
    expect(await claim()).toEqual([])
    await kernel.advanceClock(9900)
    expect(await claim({ ahead: 0 })).toEqual([])
    expect(await claim()).toHaveLength(1)
  })

  test('are no more than was asked for, and come after what is queued and due', async () => {
    for (let i = 0; i < 4; i++) await parked(['nap', HOUR + i])
    await kernel.advanceClock(NEARLY)
    const queued = await kernel.start(route)
    expect((await claim({ want: 3, ahead: 1 })).map(({ run }) => run === queued)).toEqual([
      true,
      false,
    ])
    expect(await claim({ want: 2, ahead: 10 })).toHaveLength(2)
    expect(await claim()).toHaveLength(1)
  })

  test('are left in their wait if something else may end or change it', async () => {
    await parked(['~backoff', HOUR])
    await parked(['nap', HOUR], ['long', 2 * HOUR])
    const run = await kernel.start(route)
    const { worker, task } = await kernel.lease(route)
    await worker.wait(task, message('answer', 'go', HOUR))
    await kernel.advanceClock(NEARLY)
    expect(await claim()).toEqual([])
    expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  })

  test('are left to those who have their workflow and their tenant', async () => {
    const other = await kernel.makeTenant('other')
    await kernel.start(await kernel.route({ tenant: other }), { delay: HOUR })
    await parked(['nap', HOUR])
    await kernel.advanceClock(NEARLY)
    const worker = await kernel.worker()
    expect(await worker.claim(await kernel.route(), { ahead: 10 })).toEqual([])
  })

  test('keep their time when their worker dies before it', async () => {
    const run = await parked(['nap', HOUR])
    await kernel.advanceClock(NEARLY)
    const first = await kernel.worker()
    expect(await first.claim(route, { ahead: 10 })).toHaveLength(1)
    await kernel.value('select millrace.stop_worker($1)', [first.id])
    const second = await kernel.worker()
    const [task] = await second.claim(route)
    expect(task).toMatchObject({ run, dueAt: null })
    const left = task?.waits.get('nap') as number
    expect(left).toBeGreaterThanOrEqual(0)
    expect(left).toBeLessThanOrEqual(190)
  })

  test('cost an idle worker nothing while they are of others', async () => {
    await parked(['~backoff', HOUR])
    await kernel.advanceClock(NEARLY)
    const worker = await kernel.worker()
    const id = 'select pg_current_xact_id_if_assigned() is null as none'
    const client = await kernel.pool.connect()
    try {
      await client.query('begin')
      await client.query(
        'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 10, true, false, null, 10)',
        [worker.id, [route.route], ['0']],
      )
      expect((await client.query(id)).rows).toEqual([{ none: true }])
      await client.query('commit')
    } finally {
      client.release()
    }
  })
})
