import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const hash = (letter: string) => letter.repeat(64)
type Row = { verdict: string; first_id: string; status: number | null; body: string | null }

async function begin(
  key: string,
  of = hash('a'),
  { tenant = 1, lease = 60_000, keep = 60_000 } = {},
) {
  const text = `select verdict::text, first_id::text, status, body from millrace.begin_request($1, $2, $3, $4, $5)`
  const [row] = await kernel.query<Row>(text, [tenant, key, of, lease, keep])
  return row as Row
}
const finish = (key: string, first: string, status: number | null, body: string | null = null) =>
  kernel.call('finish_request', 1, key, first, status, status === null ? null : '[]', body)

test('the first one is carried out, others are told that it is under way, and then its answer', async () => {
  const first = await begin('k1')
  expect(first).toMatchObject({ verdict: 'n', status: null })
  expect((await begin('k1')).verdict).toBe('b')
  expect((await begin('k1', hash('b'))).verdict).toBe('c')
  await finish('k1', first.first_id, 201, '{}')
  expect(await begin('k1')).toMatchObject({ verdict: 'a', status: 201, body: '{}' })
  await finish('k1', first.first_id, 500, 'late')
  expect(await begin('k1')).toMatchObject({ status: 201, body: '{}' })
  expect((await begin('k1', hash('b'))).verdict).toBe('c')
})

test('of many at once one is carried out', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => begin('race')))
  expect(all.map(({ verdict }) => verdict).sort()).toEqual([...Array(7).fill('b'), 'n'])
})

test('after a death the next one has the same ids, and so has one whose answer is not kept', async () => {
  const first = await begin('k2', hash('a'), { lease: 0 })
  const next = await begin('k2')
  expect([next.verdict, next.first_id]).toEqual(['n', first.first_id])
  await finish('k2', next.first_id, null)
  const third = await begin('k2')
  expect([third.verdict, third.first_id]).toEqual(['n', first.first_id])
})

test('who is alive keeps it', async () => {
  const first = await begin('k3', hash('a'), { lease: 0 })
  await kernel.call('renew_request', 1, 'k3', first.first_id, 60_000)
  expect((await begin('k3')).verdict).toBe('b')
})

test('a key that is over begins anew, with other ids, and a late answer to it is not its own', async () => {
  const first = await begin('k4', hash('a'), { keep: 0 })
  const next = await begin('k4', hash('b'))
  expect(next.verdict).toBe('n')
  expect(next.first_id).not.toBe(first.first_id)
  await finish('k4', first.first_id, 200, 'of the other')
  expect((await begin('k4', hash('b'))).verdict).toBe('b')
})

test('keys of tenants are apart', async () => {
  const tenant = await kernel.makeTenant('second')
  await begin('k5')
  expect((await begin('k5', hash('b'), { tenant })).verdict).toBe('n')
})

test('what is over goes: two with each request, all with prune_requests, and nothing else', async () => {
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      begin(`old ${i}`.replace(' ', '-'), hash('a'), { keep: 0 }),
    ),
  )
  const old = () =>
    kernel.value<number>(`select count(*)::int from millrace.requests where key like 'old-%'`)
  const before = await old()
  await begin('one-more')
  expect(await old()).toBeLessThanOrEqual(Math.max(before - 2, 0))
  await kernel.call('prune_requests')
  expect(await old()).toBe(0)
  expect((await begin('k1')).verdict).toBe('a')
})
