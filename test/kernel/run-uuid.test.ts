import { expect, test } from 'vitest'
import { decodeRunId, encodeRunId } from '../../src/model/run-id.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

const ids = [1n, 2n, 1023n, 4095n, 4096n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n + 1n, 2n ** 60n - 1n]
const partitions = [0, 1, 4095, 4096, 16_383]

test('SQL and TypeScript give a run the same UUID', async () => {
  const many = ids.flatMap((id) => partitions.map((partition) => ({ id, partition })))
  for (let i = 0; i < 300; i++)
    many.push({ id: 7919n ** BigInt(i % 4) * BigInt(i + 1), partition: i })
  const rows = await kernel.query<{ id: string }>(
    'select millrace.run_uuid(u.id, u.p) as id from unnest($1::bigint[], $2::int[]) u (id, p)',
    [many.map(({ id }) => String(id)), many.map(({ partition }) => partition)],
  )
  expect(rows.map((row) => row.id)).toEqual(many.map((one) => encodeRunId(one.id, one.partition)))
})

test('SQL and TypeScript read the same number out of a UUID', async () => {
  for (const id of ids) {
    const uuid = encodeRunId(id, 77)
    expect(await kernel.call('run_number', uuid)).toBe(String(id))
    expect(await kernel.call('run_number', uuid.toUpperCase())).toBe(String(id))
    expect(decodeRunId(uuid)).toEqual({ id, partition: 77 })
  }
})

test('UUIDs sort as the runs were made', async () => {
  const sorted = await kernel.value<boolean>(
    `select bool_and(u > before) from (
       select u, lag(u) over (order by i) as before
       from (select i, millrace.run_uuid(i * 97 + 5) as u from generate_series(1, 5000) i) x) y
     where before is not null`,
  )
  expect(sorted).toBe(true)
})

test('another UUID holds no run, in SQL as in TypeScript', async () => {
  const ours = encodeRunId(12_345n)
  const last = ours.endsWith('0') ? '1' : '0'
  const others = [
    ours.slice(0, -1) + last,
    `00000000-0000-8002${ours.slice(18)}`,
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '123e4567-e89b-12d3-a456-426614174000',
    '0190163d-8694-739b-aea5-966c26f8ad91',
  ]
  for (const other of others) {
    expect(await kernel.call('run_number', other), other).toBeNull()
    expect(decodeRunId(other), other).toBeNull()
  }
  expect(await kernel.call('run_number', null)).toBeNull()
  expect(await kernel.call('run_uuid', null)).toBeNull()
})
