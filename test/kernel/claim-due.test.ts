import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkInvariants } from '../support/invariants.ts'
import { createKernel, type Kernel, message, type Route, row, timer } from '../support/kernel.ts'

describe('runs whose time has come', () => {
  let kernel: Kernel
  let route: Route
  beforeEach(async () => {
    kernel = await createKernel()
    route = await kernel.route()
  })
  afterEach(async () => {
    await checkInvariants(kernel)
    await kernel.drop()
  })

  /** A run that waits, and its turn, which it keeps if it never goes through the queue. */
  async function parked(
    ...waits: Parameters<typeof timer>[]
  ): Promise<[run: string, turn: string]> {
    const run = await kernel.start(route)
    const { worker, task } = await kernel.lease(route)
    await worker.wait(task, ...waits.map(([key, ms]) => timer(key, ms)))
    return [run, (await kernel.live(run))?.turn as string]
  }

  test('are leased straight from their wait, whose end their owner records', async () => {
    const [run, turn] = await parked(['nap', 1000])
    await kernel.advanceClock(1000)
    const worker = await kernel.worker()
    const [task] = await worker.claim(route)
    expect(task).toMatchObject({ run, journal: [], waits: new Map([['nap', -1]]) })
    expect(await kernel.live(run)).toMatchObject({
      state: 'l',
      turn,
      seq: 0,
      worker_id: worker.id,
      fence: task?.fence,
      wait_keys: ['nap'],
      wake_at: null,
    })
  })

  test('are claimed while those whose time comes a millisecond later go on waiting', async () => {
    await kernel.stopClock()
    const run = await kernel.start(route)
    const { worker, task } = await kernel.lease(route)
    await worker.wait(task, message('answer', 'go', 1001))
    const [nap] = await parked(['nap', 1000])
    const claim = async () => (await worker.claim(route)).map((one) => one.run)
    await kernel.advanceClock(999)
    expect(await claim()).toEqual([])
    await kernel.advanceClock(1)
    expect(await claim()).toEqual([nap])
    expect(await kernel.live(run)).toMatchObject({ state: 'w', seq: 0 })
    await kernel.advanceClock(1)
    expect(await claim()).toEqual([run])
  })

  test('tell a message that did not come from a time that is over', async () => {
    const run = await kernel.start(route)
    const { worker, task } = await kernel.lease(route)
    await worker.wait(task, message('answer', 'go', 1000))
    await kernel.advanceClock(1000)
    expect(await kernel.lease(route)).toMatchObject({ task: { journal: [row('o', 'answer')] } })
    expect(await kernel.live(run)).toMatchObject({ state: 'l', wait_names: null })
  })

  test('leave no row behind for a backoff, or a start that was put off', async () => {
    await parked(['~step', 1000])
    await kernel.start(route, { delay: 1000 })
    await kernel.advanceClock(1000)
    const tasks = await (await kernel.worker()).claim(route)
    expect(tasks.map(({ journal }) => journal)).toEqual([[], []])
  })

  test('are no more than the worker wants', async () => {
    for (let i = 0; i < 5; i++) await parked(['nap', 1000 + i])
    await kernel.advanceClock(2000)
    const worker = await kernel.worker()
    expect(await worker.claim(route, { want: 3 })).toHaveLength(3)
    // a claim for nothing is a watch: it wakes them for others
    expect(await worker.claim(route, { want: 0 })).toHaveLength(0)
    expect(await worker.claim(route, { want: 3 })).toHaveLength(2)
  })

  test('queue up behind new runs, which would never have their turn otherwise', async () => {
    const [slept] = await parked(['nap', 1000])
    await kernel.advanceClock(1000)
    const fresh = await kernel.start(route)
    const tasks = await (await kernel.worker()).claim(route)
    expect(tasks.map(({ run }) => run)).toEqual([fresh, slept])
  })

  test('go by the queue if one of the first waits for more than this', async () => {
    const [plain] = await parked(['nap', 1000])
    const [mixed] = await parked(['nap', 500], ['long', 9000])
    await kernel.advanceClock(1000)
    const tasks = await (await kernel.worker()).claim(route)
    expect(tasks.map(({ run }) => run).sort()).toEqual([plain, mixed].sort())
    expect([...(tasks.find(({ run }) => run === mixed)?.waits.keys() ?? [])]).toEqual(['long'])
  })

  test('are woken for others, if they are of another tenant or of a workflow that this worker lacks', async () => {
    const other = await kernel.makeTenant('other')
    const theirs = await kernel.route({ tenant: other })
    const foreign = [
      await kernel.start(theirs, { delay: 500 }),
      await kernel.start(await kernel.route(), { delay: 500 }),
    ]
    const [mine] = await parked(['nap', 1000])
    await kernel.advanceClock(1000)
    const tasks = await (await kernel.worker()).claim([route, theirs])
    expect(tasks.map(({ run }) => run)).toEqual([mine])
    for (const run of foreign) expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  })

  test('are not waited for while somebody else holds them', async () => {
    const [held] = await parked(['nap', 500])
    const [free] = await parked(['nap', 1000])
    await kernel.advanceClock(1000)
    const worker = await kernel.worker()
    const client = await kernel.pool.connect()
    try {
      await client.query('begin')
      await client.query('select from millrace.live where run_id = $1 for update', [held])
      expect((await worker.claim(route)).map(({ run }) => run)).toEqual([free])
      expect(await worker.claim(route)).toEqual([])
      await client.query('commit')
    } finally {
      client.release()
    }
    expect((await worker.claim(route)).map(({ run }) => run)).toEqual([held])
  })

  test('are looked for since the last look, and now and then from the beginning', async () => {
    const [early] = await parked(['nap', 1000])
    const [late] = await parked(['nap', 5000])
    await kernel.advanceClock(5000)
    const worker = await kernel.worker()
    const clock = await kernel.value<Date>('select millrace.clock()')
    const since = new Date(clock.getTime() - 2000)
    expect((await worker.claim(route, { since })).map(({ run }) => run)).toEqual([late])
    expect(await worker.claim(route, { since })).toEqual([])
    expect((await worker.claim(route)).map(({ run }) => run)).toEqual([early])
  })
})
