import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { type Call, openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await kernel.stopClock()

type Portion = {
  granted: number
  most: string | null
  remaining: string | null
  reset_ms: number
}
const take = async (tenant: string, want: number, kind = 'write') =>
  (
    await kernel.query<Portion>('select * from millrace.take_rate($1, $2, $3)', [
      ...[tenant, kind, want],
    ])
  )[0] as Portion

async function makeTenant(slug: string, most: number | null): Promise<void> {
  await kernel.call('register_tenant', slug)
  await kernel.call('put_quota', 'write_per_minute', most, { tenant: slug })
}

test('portions are at most a quarter of what is left, and together no more than the limit', async () => {
  await makeTenant('a', 100)
  expect(await take('a', 1000)).toMatchObject({ granted: 25, most: '100', remaining: '75' })
  expect(await take('a', 3)).toMatchObject({ granted: 3, remaining: '72' })
  let sum = 28
  for (let granted = 1; granted > 0; sum += granted) granted = (await take('a', 50)).granted
  expect(sum).toBe(100)
  expect(await take('a', 1)).toMatchObject({ granted: 0, remaining: '0' })
  expect(await take('a', 1, 'read')).toMatchObject({ granted: 1, most: '6000' }) // another class
})

test('the next minute begins anew', async () => {
  await makeTenant('b', 1)
  const { reset_ms } = await take('b', 1)
  expect(reset_ms).toBeGreaterThan(0)
  expect(reset_ms).toBeLessThanOrEqual(60_000)
  expect((await take('b', 1)).granted).toBe(0)
  await kernel.advanceClock(reset_ms)
  expect((await take('b', 1)).granted).toBe(1)
})

test('a quota that is lowered, raised, or taken away holds from the next portion on', async () => {
  await makeTenant('c', 100)
  await take('c', 20)
  await kernel.call('put_quota', 'write_per_minute', 10, { tenant: 'c' })
  expect(await take('c', 1)).toMatchObject({ granted: 0, most: '10', remaining: '0' })
  await kernel.call('put_quota', 'write_per_minute', 40, { tenant: 'c' })
  expect(await take('c', 100)).toMatchObject({ granted: 5, remaining: '15' })
  await kernel.call('put_quota', 'write_per_minute', null, { tenant: 'c' })
  expect(await take('c', 7)).toMatchObject({ granted: 7, most: null, remaining: null })
  await kernel.call('put_quota', 'write_per_minute', 0, { tenant: 'c' })
  expect(await take('c', 7)).toMatchObject({ granted: 0, most: '0' })
})

test('of two servers at once each sees what the other took', async () => {
  await makeTenant('d', 1)
  const track = await openTrack(kernel)
  const call: Call = (client) =>
    client.query(`select granted from millrace.take_rate('d', 'write', 1)`)
  const { first, second, waited } = await track.inTurn(call, call)
  expect([first.rows, second.rows, waited]).toEqual([[{ granted: 1 }], [{ granted: 0 }], true])
})

test('another class, or another tenant, is refused', async () => {
  await refusal(kernel.call('take_rate', 'default', 'x', 1), 'MR001', 'class of requests')
  await refusal(kernel.call('take_rate', 'nobody', 'read', 1), 'MR042', 'nobody')
})
