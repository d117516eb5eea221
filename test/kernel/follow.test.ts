import { expect, test } from 'vitest'
import { createKernel, type Kernel, row, uuid } from '../support/kernel.ts'

const A = 'a'.repeat(32)
const B = 'b'.repeat(32)

/** What is notified on the channels of these followers. */
async function listen(kernel: Kernel, ...followers: string[]) {
  const client = await kernel.connect()
  const heard: string[] = []
  client.on('notification', ({ channel, payload }) =>
    heard.push(`${channel.slice('millrace:'.length)[0]} ${payload}`),
  )
  for (const follower of followers) await client.query(`listen "millrace:${follower}"`)
  return async () => {
    await client.query('select 1')
    return heard.splice(0)
  }
}

test('who follows a run is told of each write, and nobody else of anything', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const [run, other] = [await kernel.start(route), await kernel.start(route)]
  const heard = await listen(kernel, A, B)
  await kernel.call('follow', 1, A, [run])
  const worker = await kernel.worker()
  const tasks = await worker.claim(route)
  const of = (id: string) => tasks.find((task) => task.run === id) as (typeof tasks)[0]
  await worker.keep(of(other), [row('r', 'a', 1)])
  expect(await heard()).toEqual([])
  await worker.keep(of(run), [row('r', 'a', 1), row('r', 'b', 2)])
  expect(await heard()).toEqual([`a runs ${run}`])
  await kernel.call('follow', 1, B, [run, other])
  await worker.complete({ ...of(run), journal: [row('r', 'a', 1), row('r', 'b', 2)] })
  expect((await heard()).sort()).toEqual([`a runs ${run}`, `b runs ${run}`])
  await kernel.call('unfollow', 1, B, [other])
  await kernel.call('cancel_workflow', uuid(other))
  expect(await heard()).toEqual([])
  expect(await kernel.query('select millrace.followed_runs()::text as run')).toEqual([{ run }])
  expect(await kernel.value('select count(*)::int from millrace.feed')).toBe(0)
})

test('a thousand runs in one write are as many notifications as they need', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const base = BigInt(await kernel.call<string>('take_ids'))
  const ids = Array.from({ length: 1000 }, (_, i) => String(base + BigInt(i)))
  const values = [ids, ids.map(() => route.route), ids.map(() => null)]
  await kernel.query('select * from millrace.start_runs(1, $1, $2, null, $3)', values)
  await kernel.call('follow', 1, A, ids)
  const heard = await listen(kernel, A)
  await kernel.query(`select millrace.cancel_runs(1, $1, '{}')`, [ids])
  const payloads = await heard()
  const sizes = payloads.map((payload) => payload.split(',').length)
  expect(sizes.sort()).toEqual([300, 350, 350])
})

test('runs of another tenant are not followed, and what is live is told to followers of its tenant', async () => {
  await using kernel = await createKernel()
  const other = await kernel.makeTenant('other')
  const run = await kernel.start(await kernel.route())
  const heard = await listen(kernel, A, B)
  await kernel.call('follow', other, B, [run])
  expect(await kernel.query('select from millrace.follows')).toEqual([])
  const read = `select what from millrace.read_runs($1, $2, '{-1}', '{0}')`
  expect(await kernel.query(read, [other, [run]])).toEqual([{ what: 'gone' }])
  await kernel.call('follow', 1, A, [run])
  const large = JSON.stringify({ t: 'x'.repeat(9000) })
  await kernel.query('select millrace.send_live($1, $2, $3)', [other, [run], ['{"no": 1}']])
  expect(await heard()).toEqual([])
  await kernel.query('select millrace.send_live(1, $1, $2)', [
    [run, run],
    ['{"a": 1}', large],
  ])
  const [small, big] = await heard()
  expect(small).toBe('a live {"a": 1}')
  const id = (big as string).split(' ').at(-1)
  expect(big).toBe(`a big ${run} ${id}`)
  expect(await kernel.call('get_chunk', 1, id)).toBe(large)
  expect(await kernel.call('get_chunk', other, id)).toBeNull()
  await expect(kernel.call('follow', 1, "x'; --", [run])).rejects.toThrow(/32 hexadecimal/)
})

test('who is not heard of for half a minute is forgotten, and chunks after a minute', async () => {
  await using kernel = await createKernel()
  const run = await kernel.start(await kernel.route())
  await kernel.call('follow', 1, A, [run])
  await kernel.query('select millrace.send_live(1, $1, $2)', [[run], ['"'.padEnd(9000)]])
  await kernel.query('select millrace.prune_live()')
  const counts = () =>
    kernel.query(`select (select count(*)::int from millrace.follows) as follows,
                         (select count(*)::int from millrace.chunks) as chunks`)
  expect(await counts()).toEqual([{ follows: 1, chunks: 1 }])
  await kernel.query(`update millrace.follows set expires_at = now() - interval '1 s'`)
  await kernel.query(`update millrace.chunks set at = now() - interval '61 s'`)
  await kernel.query('select millrace.prune_live()')
  expect(await counts()).toEqual([{ follows: 0, chunks: 0 }])
})

test('what a look brings is bounded in rows and bytes, and goes on where it ended', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const rows = Array.from({ length: 6 }, (_, i) => row('r', `s${i}`, 'x'.repeat(100)))
  await worker.advance(task, {
    op: 'c',
    output: '1',
    rows: rows.slice(0, 4),
    tail: rows.slice(4),
    length: 4,
  })
  const read = async (next: number, limit: number, bytes: number) =>
    (
      await kernel.query<{ what: string; seq: string }>(
        `select what, seq from millrace.read_runs(1, $1, $2, '{null}', $3, $4)`,
        [[run], [next], limit, bytes],
      )
    ).map(({ what, seq }) => `${what} ${seq}`)
  expect(await read(0, 200, 1_000_000)).toEqual([
    ...['row 0', 'row 1', 'row 2', 'row 3', 'row 4', 'row 5', 'status 6'],
  ])
  expect(await read(0, 2, 1_000_000)).toEqual(['row 0', 'row 1', 'status 6'])
  expect(await read(3, 200, 150)).toEqual(['row 3', 'row 4', 'status 6'])
  expect(await read(5, 200, 1)).toEqual(['row 5', 'status 6'])
  expect(await read(6, 200, 1)).toEqual(['status 6'])
})
