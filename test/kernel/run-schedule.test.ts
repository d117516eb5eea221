import { expect, test } from 'vitest'
import { createKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'
import { scheduleTools } from '../support/schedules.ts'

test('starts one now, whatever the schedule does, and is its last run then', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  const { name } = await kernel.route()
  await s.put('s', name, { every: '1 hour', input: 1 })
  await s.look()
  const { next_at } = await s.show('s')
  const run = await kernel.call<{ id: string }>('run_schedule', 's', {})
  expect(run).toMatchObject({ workflow_id: name, input: 1, schedule_id: 's', status: 'pending' })
  expect(await s.show('s')).toMatchObject({ next_at, last_run_id: run.id })
  await kernel.call('run_schedule', 's', {})
  expect(await s.runs('s')).toHaveLength(2)
  // and a time that comes finds it live
  await s.reach('s')
  await s.look()
  expect(await s.show('s')).toMatchObject({ skipped: '1' })
  await kernel.call('pause_schedule', 's', {})
  await kernel.call('run_schedule', 's', {})
  expect(await s.runs('s')).toHaveLength(3)
})

test('the same number again is the same run; the number of another run is refused', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  const route = await kernel.route()
  await s.put('s', route.name, { every: '1 hour' })
  const new_run = await kernel.call<string>('take_ids')
  const first = await kernel.call<{ id: string }>('run_schedule', 's', { new_run })
  const again = await kernel.call<{ id: string }>('run_schedule', 's', { new_run })
  expect(again.id).toBe(first.id)
  expect(await s.runs('s')).toHaveLength(1)
  const other = await kernel.start(route)
  await refusal(kernel.call('run_schedule', 's', { new_run: other }), 'MR010', other)
})

test('pause, resume, delete: of one that is there, with who and why', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  const { name } = await kernel.route()
  await s.put('s', name, { every: '1 hour' })
  await s.look()
  const why = { by: 'ada', reason: 'holidays' }
  expect(await kernel.call('pause_schedule', 's', why)).toMatchObject({
    ...{ paused_by: 'ada', pause_reason: 'holidays', next_at: null, paused_at: expect.any(String) },
  })
  expect(await kernel.call('pause_schedule', 's', { by: 'bob' })).toMatchObject({
    paused_by: 'ada',
  })
  // put again as it is, it stays paused
  expect(await s.put('s', name, { every: '1 hour' })).toMatchObject({ paused_by: 'ada' })
  await kernel.advanceClock(5.5 * 3_600_000)
  expect(await s.look()).toBe(null)
  expect(await kernel.call('resume_schedule', 's', {})).toMatchObject({ paused_at: null })
  await s.look()
  expect(await s.runs('s')).toEqual([])
  // the times are still counted from its anchor
  const { anchor_at, next_at } = (await s.show('s')) as { anchor_at: Date; next_at: Date }
  expect((next_at.getTime() - anchor_at.getTime()) / 3_600_000).toBe(6)
  expect(await s.put('s', name, { every: '1 hour', paused: true, by: 'eve' })).toMatchObject({
    ...{ paused_by: 'eve', paused_at: expect.any(String) },
  })
  expect(await s.put('s', name, { every: '1 hour', paused: false })).toMatchObject({
    paused_at: null,
  })
  await kernel.call('delete_schedule', 's', {})
  for (const verb of ['delete', 'pause', 'resume', 'run'])
    await refusal(kernel.call(`${verb}_schedule`, 's', {}), 'MR041', /no schedule "s"/)
  await refusal(kernel.call('run_schedule', 's', { by: 'ada' }), 'MR001', /"by" is not known/)
})

const onlyOne = (on: string) => ({ rules: { singleton: { on, key: [] } } })

test('where the rules of its workflow give another run it is that one, and the schedule keeps its last', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  const { name } = await kernel.route({ definition: onlyOne('join') })
  await s.put('s', name, { every: '1 hour' })
  const first = await kernel.call<{ id: string }>('run_schedule', 's', {})
  expect(await kernel.call('run_schedule', 's', {})).toMatchObject({ id: first.id })
  expect(await s.show('s')).toMatchObject({ last_run_id: first.id })
  expect(await s.runs('s')).toHaveLength(1)
})

test('a singleton that is alive refuses it, and the schedule stays as it was', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  const { name } = await kernel.route({ definition: onlyOne('reject') })
  await s.put('s', name, { every: '1 hour', overlap: 'queue' })
  const first = await kernel.call<{ id: string }>('run_schedule', 's', {})
  await s.look()
  await s.reach('s')
  await s.look() // the time waits for the end of that run
  const before = await s.show('s')
  expect(before).toMatchObject({ waiting: 1 })
  await refusal(kernel.call('run_schedule', 's', {}), 'MR014', first.id)
  const { clock: _, ...after } = await s.show('s')
  expect(before).toMatchObject(after)
})
