import { describe, expect, test } from 'vitest'
import { createKernel, openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'
import { scheduleTools } from '../support/schedules.ts'

const kernel = await openKernel()
const { put, show, look, reach, runs } = scheduleTools(kernel)

test('every is known at once, a cron is worked out by a worker, and both say what they are', async () => {
  const { name } = await kernel.route()
  const made = await put('sweep', name, { every: '10 minutes', input: { deep: true } })
  expect(made).toMatchObject({
    ...{ id: 'sweep', workflow_id: name, cron: null, every_ms: 600_000, timezone: 'UTC' },
    ...{ overlap: 'skip', catch_up: 'one', input: { deep: true }, declared: null },
    ...{ waiting: 0, skipped: 0, problem: null, note: null, paused_at: null, last_run_id: null },
  })
  const anchor = new Date(made.anchor_at as string).getTime()
  expect(new Date(made.next_at as string).getTime() - anchor).toBe(600_000)
  const options = { cron: ' 0  9 * * 1-5', timezone: 'Europe/Vienna', overlap: 'queue' }
  expect(await put('report', name, options)).toMatchObject({ cron: '0 9 * * 1-5', next_at: null })
  await look()
  const next = (await show('report')).next_at as Date
  expect(next.getTime()).toBeGreaterThan(anchor)
  const local = next.toLocaleTimeString('en-GB', { timeZone: 'Europe/Vienna' })
  expect(local).toBe('09:00:00')
  expect(await runs('sweep')).toEqual([])
})

test('put again as it is, it goes on where it was; with another rule its times are those after now', async () => {
  const { name } = await kernel.route()
  const first = await put('again', name, { every: '1 hour' })
  await kernel.advanceClock(1_800_000)
  const row = async () =>
    (
      await kernel.query<Record<string, unknown>>(
        `select revision, wake_at, anchor_at, after_at from millrace.schedules where name = 'again'`,
      )
    )[0]
  await look()
  const before = await row()
  expect(await put('again', name, { every: 3_600_000 })).toMatchObject({ next_at: first.next_at })
  expect(await row()).toEqual(before)
  expect(await put('again', name, { every: '1 hour', overlap: 'allow' })).toMatchObject({
    ...{ next_at: first.next_at, overlap: 'allow', anchor_at: first.anchor_at },
  })
  const other = await put('again', name, { every: '2 hours' })
  expect(Date.parse(other.next_at as string) - Date.parse(first.next_at as string)).toBeGreaterThan(
    5_300_000,
  )
})

test('a time that came before another rule is put is gone; before anything else is put it is not', async () => {
  const { name } = await kernel.route()
  await put('missed', name, { every: '1 hour' })
  const due = await reach('missed')
  await put('missed', name, { every: '1 hour', input: 2 })
  await look()
  expect(await runs('missed')).toMatchObject([{ at: due }])
  await reach('missed')
  await put('missed', name, { every: '90 minutes' })
  await look()
  expect(await runs('missed')).toHaveLength(1)
})

test('the options of its runs', async () => {
  const { name } = await kernel.route({ definition: { timeout_ms: 60_000 } })
  const options = { queue: 'slow', priority: 7, tags: ['a'], resource_id: 'r', retries: 1 }
  await put('full', name, { every: '1 hour', input: [1], ...options })
  const at = await reach('full')
  await look()
  const [run] = await runs('full')
  expect(await kernel.run(run?.run as string)).toMatchObject({
    ...{ workflow_id: name, queue: 'slow', priority: 7, tags: ['a'], resource_id: 'r' },
    ...{ input: [1], max_retries: 1, schedule_id: 'full', scheduled_for: at.toISOString() },
    timeout_at: expect.any(String),
  })
  expect(await kernel.live(run?.run as string)).toMatchObject({ state: 'q' })
})

describe('what could not be followed is refused, by its rule', () => {
  test.each([
    ['', {}, /one of cron and every/],
    ['', { cron: '* * * * *', every: 1000 }, /one of cron and every/],
    ['', { cron: '* * * *' }, /cron "\* \* \* \*" must have 5 or 6 fields/],
    ['', { cron: `${'1,'.repeat(200)}1 * * * *` }, /at most 256 characters/],
    ['', { cron: 'a; drop table x * * *' }, /5 or 6 fields/],
    ['', { cron: '* * * * *', timezone: 'Nowhere/Land' }, /timezone "Nowhere\/Land"/],
    ['', { every: '1 hour', timezone: 'UTC' }, /timezone goes with cron/],
    ['', { every: 50 }, /every is 50 ms; it must be at least 100 ms/],
    ['', { every: 'soon' }, /"soon" is not a duration/],
    ['', { every: 1000, overlap: 'both' }, /overlap "both"/],
    ['', { every: 1000, catch_up: 'some' }, /catch_up "some"/],
    ['', { every: 1000, paused: 'yes' }, /paused must be true or false/],
    ['', { every: 1000, tags: 'a' }, /tags must be an array/],
    ['', { every: 1000, priority: 5000 }, /priority must be/],
    ['', { every: 1000, evry: 1 }, /"evry" is not known/],
    ['bad/id', { every: 1000 }, /its id must match/],
    ['w#1', { every: 1000 }, /its id must match/],
    ['x'.repeat(129), { every: 1000 }, /its id must match/],
  ])('%s %o', async (id, options, fault) => {
    const { name } = await kernel.route()
    await refusal(put(id || 'refused', name, options), 'MR001', fault)
    expect(await kernel.query(`select from millrace.schedules where name = 'refused'`)).toEqual([])
  })

  test('a workflow that is not there, an input that is too big', async () => {
    const { name } = await kernel.route()
    const unknown = put('refused', 'no such', { every: 1000 })
    expect(
      await refusal(unknown, 'MR040', /"refused" was refused: workflow "no such"/),
    ).toMatchObject({ workflow_id: 'no such', schedule_id: 'refused' })
    await refusal(put('refused', name, { every: 1000, version: '9' }), 'MR040', /version "9"/)
    const big = { every: 1000, input: 'x'.repeat(1_100_000) }
    await refusal(put('refused', name, big), 'MR002', /1 MiB/)
  })

  test('more than 10,000 of a tenant', async () => {
    await using own = await createKernel()
    const { name } = await own.route()
    await own.query(
      `insert into millrace.schedules (tenant_id, name, workflow, every_ms, anchor_at, timezone, overlap, catch_up, options, created_at, after_at)
       select 1, 's' || i, $1, 1000, now(), 'UTC', 'skip', 'one', '{}', now(), now() from generate_series(1, 10000) i`,
      [name],
    )
    const tools = scheduleTools(own)
    await refusal(tools.put('one more', name, { every: 1000 }), 'MR020', /10,000 schedules/)
    await tools.put('s7', name, { every: 2000 })
  })
})

test('a cron that no worker can read is marked, starts nothing, and is tried again when it is put again', async () => {
  const { name } = await kernel.route()
  await put('odd', name, { cron: '0 99 * * *' })
  await look()
  expect(await show('odd')).toMatchObject({
    next_at: null,
    problem: { code: 'MR001', message: expect.stringMatching(/"0 99 \* \* \*".*hour: 99/) },
  })
  const due = await kernel.query(
    `select from millrace.schedules where name = 'odd' and wake_at is not null`,
  )
  expect(due).toEqual([])
  await put('odd', name, { cron: '0 9 * * *' })
  expect(await show('odd')).toMatchObject({ problem: null })
  await look()
  expect(await show('odd')).toMatchObject({ problem: null, next_at: expect.any(Date) })
})

test('another tenant sees and changes nothing of it', async () => {
  await using own = await createKernel()
  const { name } = await own.route()
  const tools = scheduleTools(own)
  await tools.put('mine', name, { every: 1000 })
  const tenant = await own.makeTenant('other')
  await own.route({ tenant, name })
  expect(await own.query(`select * from millrace.get_schedules('{"tenant": "other"}')`)).toEqual([])
  for (const verb of ['delete', 'pause', 'resume', 'run'])
    await refusal(own.call(`${verb}_schedule`, 'mine', { tenant: 'other' }), 'MR041', /"mine"/)
  await tools.put('mine', name, { tenant: 'other', every: 5000 })
  expect(await tools.show('mine')).toMatchObject({ every_ms: '1000' })
})
