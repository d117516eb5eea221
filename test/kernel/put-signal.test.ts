import { expect, test } from 'vitest'
import { createKernel, type Kernel, message, openKernel, row, uuid } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const LIMIT = 10_000

/** Sends `count` signals in calls of 1,000. */
async function send(to: Kernel, run: string, count: number, prefix: string): Promise<void> {
  for (let from = 0; from < count; from += 1000)
    await to.query(
      `select * from millrace.send_signals(1, array_fill($1::bigint, array[$2::int]),
         array(select $3 || i from generate_series($4::int, $4 + $2 - 1) i),
         array_fill('go'::text, array[$2]), array_fill('1'::text, array[$2]))`,
      [run, Math.min(1000, count - from), prefix, from],
    )
}
const count = (run: string) =>
  kernel.query(
    `select l.buffered, count(g.id) filter (where g.taken is null and g.id not like '$child:%')::int as untaken
     from millrace.live l left join millrace.signals g on g.run_id = l.run_id where l.run_id = $1 group by 1`,
    [run],
  )

test('10,000 signals wait, one more is refused, and there is room again when one was taken', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  await send(kernel, run, LIMIT, 'a')
  const one = (id: string, name = 'go') =>
    kernel.call('trigger_event', uuid(run), name, 1, { dedupe_id: id })
  await refusal(one('more'), 'MR020', `Run ${uuid(run)} has 10,000 signals`)
  await one('a7')
  expect(await count(run)).toEqual([{ buffered: LIMIT, untaken: LIMIT }])
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'))
  expect(await count(run)).toEqual([{ buffered: LIMIT - 1, untaken: LIMIT - 1 }])
  await one('more')
  await refusal(one('still more'), 'MR020', 'no wait of it has taken')
  expect(await count(run)).toEqual([{ buffered: LIMIT, untaken: LIMIT }])
})

test('a full buffer stops neither the message that the run waits for nor the end of a child', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const children = await kernel.route()
  const child = await kernel.start(children, { meta: { parent: run } })
  await send(kernel, run, LIMIT, 'a')
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'other'))
  await kernel.call('trigger_event', uuid(run), 'other', 1)
  expect(await kernel.journal(run)).toEqual(['g m 1'])
  const held = await kernel.lease(children)
  expect(await held.worker.complete(held.task)).toEqual({ kind: 'done' })
  expect(await count(run)).toEqual([{ buffered: LIMIT, untaken: LIMIT }])
  const verdict = await worker.wait(
    await worker.claimOne(route),
    message('child', `$child:${child}`),
  )
  expect(verdict).toMatchObject({ kind: 'news', rows: [{ name: 'child' }] })
  expect(await count(run)).toEqual([{ buffered: LIMIT, untaken: LIMIT }])
})

test('what is counted is what is there, however signals and waits meet', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const id = uuid(run)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a')], [message('m', 'go')])
  for (const n of [1, 2, 3]) await kernel.call('trigger_event', id, 'go', n)
  expect(await count(run)).toEqual([{ buffered: 3, untaken: 3 }])
  const next = { ...task, journal: [row('r', 'a')] }
  await worker.wait(next, message('m', 'go'), message('n', 'go'))
  expect(await count(run)).toEqual([{ buffered: 1, untaken: 1 }])
  await worker.wait(
    { ...next, journal: [row('r', 'a'), row('g', 'm'), row('g', 'n')] },
    message('o', 'b'),
  )
  await kernel.call('trigger_event', id, 'b', 1)
  expect(await count(run)).toEqual([{ buffered: 1, untaken: 1 }])
})

test('the 20,000th signal reads as little as the first', async () => {
  await using other = await createKernel()
  const run = await other.start(await other.route())
  const explain = await explainAll(other)
  const read = async (id: string) => {
    const text = `select millrace.trigger_event($1, 'go', '1', $2)`
    const reads = await explain.reads(text, [uuid(run), { dedupe_id: id }])
    return reads.reduce((sum, { rows }) => sum + rows, 0)
  }
  await read('warm')
  const first = await read('first')
  const times: number[] = []
  for (const part of ['a', 'b']) {
    await send(other, run, LIMIT - 10, part)
    // taken, as far as the buffer is concerned
    await other.query('update millrace.signals set taken = 0')
    await other.query('update millrace.live set buffered = 0')
  }
  expect(await read('last')).toBeLessThanOrEqual(first)
  for (const part of ['x', 'y']) {
    const began = performance.now()
    await send(other, run, 1000, part)
    times.push(performance.now() - began)
  }
  expect(times.every((ms) => ms < 5000)).toBe(true)
})
