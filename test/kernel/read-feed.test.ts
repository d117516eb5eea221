import { expect, test } from 'vitest'
import { readFeed } from '../../src/kernel/streams.ts'
import { Random } from '../crash/random.ts'
import { createKernel, type Kernel, message, row, uuid } from '../support/kernel.ts'
import { until } from '../support/until.ts'

const open = (kernel: Kernel, ...more: unknown[]) => kernel.call<string>('open_feed', 1, ...more)

/** Reads on, as short texts: `run what kind seq`. */
function reader(kernel: Kernel, from: string) {
  let after = from
  const told: { run: string; text: string; position: string }[] = []
  const ends: string[] = []
  const self = {
    told,
    ends,
    of: (run: string) => told.filter((one) => one.run === run).map(({ text }) => text),
    get position() {
      return after
    },
    async read(limit = 100) {
      const rows = await readFeed(kernel.database, 1, after, { limit })
      const last = rows.pop()
      for (const { run, what, kind, seq, position } of rows)
        told.push({
          run,
          text: [what, kind, seq].filter((part) => part !== null).join(' '),
          position,
        })
      after = last?.position as string
      ends.push(last?.what as string)
      return rows.length
    },
    /** Until so much was told: transactions of other tests, too, hold it up for a moment. */
    until: (count: number) =>
      until(`${count} are told`, async () => {
        await self.read()
        return told.length >= count
      }),
  }
  return self
}

test('starts, rows of the journal and ends are told once each, in order of each run', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const feed = reader(kernel, await open(kernel))
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a', 1), row('r', 'b', 2)])
  await worker.advance(task, { op: 'w', waits: [message('w', 'go')], length: 2 })
  await kernel.call('trigger_event', uuid(run), 'go', '{"x": 1}')
  const { worker: next, task: again } = await kernel.lease(route)
  await next.advance(again, { op: 'c', output: '7', tail: [row('r', 'last', 7)] })
  await feed.until(7)
  expect(feed.of(run)).toEqual([
    'start',
    'row r 0',
    'row r 1',
    'status w',
    'row g 2',
    'row r 3',
    'status c',
  ])
  expect(await feed.read()).toBe(0)
  // every position but the last of a change leads back to its beginning
  const second = feed.told[1]?.position as string
  const back = reader(kernel, second)
  await back.until(1)
  expect(back.of(run)[0]).toBe('row r 0')
})

test('what is paused, resumed, moved and cancelled by people is told, too', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const feed = reader(kernel, await open(kernel))
  const run = await kernel.start(route)
  await kernel.call('pause_workflow', uuid(run))
  await kernel.call('resume_workflow', uuid(run))
  await kernel.call('cancel_workflow', uuid(run))
  await feed.until(7)
  expect(feed.of(run)).toEqual([
    ...['start', 'row p 0', 'status z', 'row u 1', 'status p', 'row x 2', 'status x'],
  ])
})

test('nothing is read beyond a transaction that is still open, and nothing of it is lost', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const feed = reader(kernel, await open(kernel))
  const slow = await kernel.connect()
  const started = await kernel.start(route)
  await feed.until(1)
  await slow.query('begin')
  await slow.query('select millrace.cancel_workflow($1)', [uuid(started)])
  const others: string[] = []
  for (let i = 0; i < 5; i++) others.push(await kernel.start(route))
  for (let i = 0; i < 3; i++) await feed.read()
  expect(others.flatMap((run) => feed.of(run))).toEqual([])
  await slow.query('commit')
  await until('all is told', async () => {
    await feed.read()
    return others.every((run) => feed.of(run).length === 1)
  })
  expect(feed.of(started)).toEqual(['start', 'row x 0', 'status x'])
  // of what was rolled back nothing is told
  await slow.query('begin')
  await slow.query('select millrace.cancel_workflow($1)', [uuid(others[0] as string)])
  await slow.query('rollback')
  await feed.read()
  expect(feed.of(others[0] as string)).toEqual(['start'])
})

test.each([11, 12, 13])(
  'random transactions, long and short, and a reader among them (seed %i)',
  async (seed) => {
    await using kernel = await createKernel()
    const route = await kernel.route()
    const chance = new Random(`feed ${seed}`)
    const random = () => chance.next()
    const feed = reader(kernel, await open(kernel))
    let going = 6
    const reading = (async () => {
      while (going > 0) await feed.read(1 + Math.floor(random() * 5))
    })()
    const committed: string[] = []
    const actor = async () => {
      const client = await kernel.connect()
      for (let turn = 0; turn < 12; turn++) {
        await client.query('begin')
        if (random() < 0.5) await client.query('select pg_current_xact_id()')
        const mine: string[] = []
        for (let n = Math.floor(random() * 3) + 1; n > 0; n--) {
          const text = `select millrace.start_workflow($1, '1') as id`
          const { rows } = await client.query(text, [route.name])
          mine.push(rows[0].id)
          if (random() < 0.5) await client.query('select pg_sleep(0.001)')
        }
        for (const id of mine) await client.query('select millrace.cancel_workflow($1)', [id])
        const good = random() < 0.8
        await client.query(good ? 'commit' : 'rollback')
        if (good) committed.push(...mine)
      }
      going--
    }
    await Promise.all([actor(), actor(), actor(), actor(), actor(), actor()])
    await reading
    await until(
      'the rest is told',
      async () => (await feed.read()) === 0 && feed.told.length >= committed.length * 3,
    )
    const expected = ['start', 'row x 0', 'status x']
    const number = (id: string) => kernel.call<string>('run_number', id)
    const runs = await Promise.all(committed.map(number))
    for (const run of runs) expect(feed.of(run)).toEqual(expected)
    expect(feed.told.length).toBe(runs.length * 3)
    expect(new Set(feed.ends)).toEqual(new Set(['end']))
  },
)

test('rows are kept for an hour, longer for a reader whose place is kept, and never beyond their number', async () => {
  await using kernel = await createKernel({ testClock: true })
  const route = await kernel.route()
  const count = () => kernel.value<number>('select count(*)::int from millrace.feed')
  const prune = (...more: unknown[]) => kernel.call<number>('prune_feed', 1, ...more)
  const first = await open(kernel)
  await kernel.start(route)
  const feed = reader(kernel, first)
  await feed.until(1)
  expect(await prune()).toBe(0)
  await kernel.query(`update millrace.feed set at = at - interval '2 hours'`)
  await open(kernel, null, 'hooks')
  await kernel.query(`update millrace.feed_readers set position = $1`, [first])
  expect(await prune()).toBe(0)
  await kernel.call('note_feed', 1, 'hooks', feed.position)
  await kernel.call('note_feed', 1, 'hooks', 1)
  expect(await prune()).toBe(1)
  expect(await count()).toBe(0)
  const late = reader(kernel, first)
  await late.read()
  expect(late.ends).toEqual(['reset'])
  await late.read()
  expect(late.ends).toEqual(['reset', 'end'])
  for (let i = 0; i < 5; i++) await kernel.start(route)
  await late.until(5)
  expect(await prune(3_600_000, 2)).toBe(3)
  // who reads nothing any more lets it go; a kept reader does not
  await kernel.query(`update millrace.follows set expires_at = now() - interval '1 s'`)
  await kernel.query('select millrace.prune_live()')
  expect(await kernel.value('select count(*)::int from millrace.follows')).toBe(1)
  await kernel.call('close_feed', 1, 'hooks')
  await kernel.query('select millrace.prune_live()')
  await kernel.query('select millrace.prune_live()')
  expect(await kernel.value('select count(*)::int from millrace.feeds')).toBe(0)
  expect(await count()).toBe(0)
  await kernel.start(route)
  expect(await count()).toBe(0)
})

test('places that were never given are refused with a reset, and read nothing of others', async () => {
  await using kernel = await createKernel()
  const other = await kernel.makeTenant('other')
  const theirs = await kernel.route({ tenant: other })
  await open(kernel)
  await kernel.call('open_feed', other)
  await kernel.start(theirs)
  for (const place of ['0', '999999999999']) {
    const feed = reader(kernel, place)
    await feed.read()
    expect([feed.told, feed.ends]).toEqual([[], ['reset']])
  }
  const mine = reader(kernel, '2')
  await mine.read()
  await mine.read()
  expect(mine.told).toEqual([])
  await expect(open(kernel, 'x')).rejects.toThrow()
})
