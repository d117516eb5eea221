import { expect, test } from 'vitest'
import { createKernel, type Kernel, timer } from '../support/kernel.ts'

/** Hears the engine's notifications; `heard` waits until all that were committed before have come. */
async function listen(kernel: Kernel) {
  const client = await kernel.connect()
  const payloads: string[] = []
  client.on('notification', ({ payload }) => payloads.push(payload ?? ''))
  await client.query('listen millrace')
  return {
    async heard(): Promise<string[]> {
      await client.query('select 1')
      return payloads.splice(0)
    },
  }
}

test('a start wakes idle workers once, and not again until they are idle again', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const [worker, other] = [await kernel.worker(), await kernel.worker()]
  const ear = await listen(kernel)
  await kernel.start(route)
  expect(await ear.heard()).toEqual([])
  await worker.claim(route)
  await worker.claim(route, { idle: true })
  await other.claim(route, { idle: true })
  for (let i = 0; i < 3; i++) await kernel.start(route)
  expect(await ear.heard()).toEqual([''])
  await worker.claim(route)
  await worker.claim(route, { idle: true })
  await kernel.start(route)
  await kernel.start(route)
  expect(await ear.heard()).toEqual([''])
})

test('so do a signal, a resume, a tick, a yield of a dead worker and a fast-forward', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const ear = await listen(kernel)
  const { worker, id } = await waiting(kernel, route)
  const wakes: Record<string, () => Promise<unknown>> = {
    signal: () => kernel.call('trigger_event', id, 'go'),
    resume: async () => {
      await kernel.call('pause_workflow', id)
      return kernel.call('resume_workflow', id)
    },
    tick: async () => {
      await kernel.advanceClock(100_000)
      return kernel.call('tick')
    },
    forward: () => kernel.call('fast_forward_workflow', id),
  }
  for (const [name, wake] of Object.entries(wakes)) {
    await worker.claim(route, { idle: true })
    await wake()
    expect(await ear.heard(), name).toEqual([''])
    const task = await worker.claimOne(route)
    await worker.advance(task, {
      op: 'w',
      waits: [{ key: `m ${name}`, name: 'go', ms: null }, timer(`t ${name}`, 100_000)],
    })
  }
})

async function waiting(kernel: Kernel, route: Awaited<ReturnType<Kernel['route']>>) {
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, { key: 'm', name: 'go', ms: null }, timer('t', 100_000))
  return { worker, id: (await kernel.run(run)).id as string }
}

test('a hint in a transaction that rolls back was none', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const worker = await kernel.worker()
  await worker.claim(route, { idle: true })
  const ear = await listen(kernel)
  const user = await kernel.connect()
  await user.query('begin')
  await user.query('select millrace.start_workflow($1)', [route.name])
  await user.query('rollback')
  expect(await ear.heard()).toEqual([])
  await kernel.start(route)
  expect(await ear.heard()).toEqual([''])
})

test('an owner is told to look when a message comes for its run, or its run was cancelled', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [], [{ key: 'm', name: 'go', ms: null }])
  const ear = await listen(kernel)
  const { id } = await kernel.run(run)
  await kernel.call('trigger_event', id, 'other')
  expect(await ear.heard()).toEqual([])
  await kernel.call('trigger_event', id, 'go')
  expect(await ear.heard()).toEqual([`look ${run}`])
  await kernel.call('cancel_workflow', id)
  expect(await ear.heard()).toEqual([`look ${run}`])
})

test('a start in a transaction that stays open keeps nobody asleep: other starts wake the idle', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const worker = await kernel.worker()
  await worker.claim(route, { idle: true })
  const ear = await listen(kernel)
  const user = await kernel.connect()
  await user.query('begin')
  await user.query('select millrace.start_workflow($1)', [route.name])
  await kernel.start(route)
  expect(await ear.heard()).toEqual([''])
  await worker.claim(route)
  await worker.claim(route, { idle: true })
  await kernel.start(route)
  expect(await ear.heard()).toEqual([''])
  await user.query('commit')
  expect(await ear.heard()).toEqual([''])
  expect(await worker.claim(route)).toHaveLength(2)
  await kernel.start(route)
  expect(await ear.heard()).toEqual([])
})
