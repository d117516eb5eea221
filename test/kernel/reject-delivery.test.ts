import { expect, test } from 'vitest'
import { createKernel, openKernel } from '../support/kernel.ts'
import { webhookTools } from '../support/webhooks.ts'

const kernel = await openKernel()
const { put, accept, reject, list, show } = webhookTools(kernel)

async function hook(id: string): Promise<void> {
  await put(id, { workflow_id: (await kernel.route()).name })
}

test('of forgeries the beginning is kept, with the reason; of errors all', async () => {
  await hook('h')
  const forged = await reject('h', { reason: 'The signature is wrong.', body: 'x'.repeat(5000) })
  expect(await list({ id: forged })).toMatchObject([
    { status: 'rejected', reason: 'The signature is wrong.', body: 'x'.repeat(1000), run_id: null },
  ])
  const body = JSON.stringify('x'.repeat(5000))
  const error = await reject('h', { error: true, reason: 'MR040: no', body })
  expect(await list({ id: error })).toMatchObject([{ status: 'error', reason: 'MR040: no', body }])
  expect(await show('h')).toMatchObject({ rejected: 1, errors: 1, duplicates: 0 })
})

test('a flood of forgeries is counted, and ten a minute, a hundred an hour are kept', async () => {
  await hook('flood')
  const flood = async (n: number) => {
    for (let i = 0; i < n; i++) await reject('flood')
    return (await list({ webhook_id: 'flood', limit: 101 })).length
  }
  expect(await flood(25)).toBe(10)
  await reject('flood', { body: null, count: 1_000_000 })
  expect(await show('flood')).toMatchObject({ rejected: 1_000_025 })
  await kernel.advanceClock(60_000)
  expect(await flood(12)).toBe(20)
  for (let i = 0; i < 9; i++) {
    await kernel.advanceClock(60_000)
    await flood(11)
  }
  // the clock may have come to the next hour in between: a hundred of each at most
  const hours = await kernel.value<number>(
    `select max(kept) from millrace.webhook_counts c join millrace.webhooks w on w.id = c.webhook_id where w.name = 'flood'`,
  )
  expect(hours).toBeLessThanOrEqual(100)
  const genuine = await accept('flood')
  expect(genuine).toMatchObject({ status: 'accepted' })
})

test('errors have a limit of their own, which forgeries do not use up', async () => {
  await hook('errors')
  for (let i = 0; i < 30; i++) await reject('errors')
  expect(await reject('errors', { error: true, body: '{}' })).toMatch(/^\d+$/)
})

test('of one that is gone nothing is noted', async () => {
  await hook('gone')
  const id = await webhookTools(kernel).idOf('gone')
  await kernel.call('delete_webhook', 'gone')
  const noted = kernel.value(
    'select millrace.reject_delivery($1, false, $2, $3, $4, null, null, false, null)',
    [...[id, 'x', 'x', '{}']],
  )
  expect(await noted).toBe(null)
})

test('what was kept long enough goes, some at a time, and with a webhook that is gone all', async () => {
  await using own = await createKernel()
  const tools = webhookTools(own)
  await tools.put('old', { workflow_id: (await own.route()).name, retention: '2 days' })
  const count = () => own.value<number>('select count(*)::int from millrace.webhook_deliveries')
  const webhook = await tools.idOf('old')
  await own.query(
    `insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, status)
     select $1, 1, millrace.clock(), 'a' from generate_series(1, 1200)`,
    [webhook],
  )
  await tools.reject('old')
  const until = async (ms: number) => {
    await own.advanceClock(ms)
    for (let turn = 0; turn < 20; turn++) if (((await tools.work()).ms ?? 1e9) > 1000) return
  }
  await until(3_600_000)
  expect(await count()).toBe(1201)
  await tools.accept('old')
  await own.advanceClock(48 * 3_600_000)
  await tools.accept('old')
  await until(3_600_000)
  expect(await count()).toBe(1)
  expect(await own.query('select from millrace.webhook_counts')).toEqual([])
  await own.call('delete_webhook', 'old')
  await until(2000)
  expect(await count()).toBe(0)
  expect(await own.query('select from millrace.webhooks')).toEqual([])
})
