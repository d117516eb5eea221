import { expect, test } from 'vitest'
import { message, openKernel, row, timer } from '../support/kernel.ts'

const kernel = await openKernel()
async function leased() {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const id = (await kernel.run(run)).id as string
  return { route, run, id, ...(await kernel.lease(route)) }
}

test('a message that is buffered already is news: the run does not park', async () => {
  const { run, id, worker, task } = await leased()
  await kernel.call('trigger_event', id, 'go', { n: 1 })
  const verdict = await worker.advance(task, {
    op: 'w',
    rows: [row('r', 'a')],
    waits: [message('m', 'go')],
  })
  expect(verdict).toEqual({ kind: 'news', rows: [{ ...row('g', 'm'), data: '{"n": 1}' }] })
  expect(await kernel.live(run)).toMatchObject({ state: 'l', fence: task.fence, wait_keys: null })
  expect(await kernel.journal(run)).toEqual(['r a', 'g m {"n": 1}'])
})

test('news that was lost with its reply is told again', async () => {
  const { run, id, worker, task } = await leased()
  await kernel.call('trigger_event', id, 'go', 1)
  const change = { op: 'w', waits: [message('m', 'go', 60_000), timer('t', 60_000)] } as const
  const news = { kind: 'news', rows: [row('g', 'm', 1)] }
  expect(await worker.advance(task, change)).toEqual(news)
  expect(await worker.advance(task, change)).toEqual(news)
  expect(await kernel.journal(run)).toEqual(['g m 1'])
  expect(await kernel.live(run)).toMatchObject({ state: 'l', wait_keys: ['t'] })
})

test('messages are taken first in first out for each name, each once, by the newest call of a step', async () => {
  const { run, id, worker, task } = await leased()
  for (const n of [1, 2]) await kernel.call('trigger_event', id, 'a', n)
  await kernel.call('trigger_event', id, 'b', 3)
  const waits = [message('b', 'b'), message('a', 'a'), message('a#2', 'a'), message('a#3', 'a')]
  expect(await worker.advance(task, { op: 'w', waits })).toEqual({
    kind: 'news',
    rows: [row('g', 'b', 3), row('g', 'a#3', 1), row('g', 'a#2', 2)],
  })
  expect(await kernel.live(run)).toMatchObject({ wait_keys: ['a'] })
})

test('of message and time the message is first, and time has nothing more to say', async () => {
  const { route, run, id, worker, task } = await leased()
  await worker.wait(task, message('m', 'go', 1000))
  await kernel.advanceClock(999)
  await kernel.call('trigger_event', id, 'go', 1)
  await kernel.advanceClock(10_000)
  await kernel.call('tick')
  expect(await kernel.journal(run)).toEqual(['g m 1'])
  expect((await worker.claimOne(route)).waits.size).toBe(0)
})

test('of message and time the time is first: the message stays for another wait', async () => {
  const { route, run, id, worker, task } = await leased()
  await worker.wait(task, message('m', 'go', 1000))
  await kernel.advanceClock(1000)
  await kernel.call('tick')
  await kernel.call('trigger_event', id, 'go', 1)
  const again = await worker.claimOne(route)
  expect(again.journal).toEqual([row('o', 'm')])
  const verdict = await worker.wait(again, message('m#2', 'go', 1000))
  expect(verdict).toEqual({ kind: 'news', rows: [row('g', 'm#2', 1)] })
  expect(await kernel.journal(run)).toEqual(['o m', 'g m#2 1'])
})

test('what did not end stays, and keeps its time across a wake', async () => {
  const { route, run, id, worker, task } = await leased()
  await worker.wait(task, message('m', 'go'), timer('t', 60_000), message('n', 'other', 90_000))
  const before = (await kernel.live(run))?.wait_until
  await kernel.advanceClock(20_000)
  await kernel.call('trigger_event', id, 'go', 1)
  const again = await worker.claimOne(route)
  expect([...again.waits.keys()]).toEqual(['t', 'n'])
  expect(again.waits.get('t')).toBeLessThanOrEqual(40_000)
  expect(
    await worker.wait(again, timer('t', null), message('n', 'other', null), timer('u', 10_000)),
  ).toEqual({ kind: 'done' })
  const after = (await kernel.live(run))?.wait_until
  expect(after?.slice(0, 2)).toEqual(before?.slice(1))
  await kernel.advanceClock(10_000)
  expect((await worker.claimOne(route)).journal).toEqual([row('g', 'm', 1), row('t', 'u')])
})

test('a time that is over when the run parks is news', async () => {
  const { route, run, worker, task } = await leased()
  await worker.wait(task, timer('t', 1000), timer('u', 60_000))
  await kernel.advanceClock(1000)
  const again = await worker.claimOne(route)
  await kernel.advanceClock(60_000)
  const verdict = await worker.wait(again, timer('u', null))
  expect(verdict).toEqual({ kind: 'news', rows: [row('t', 'u')] })
  expect(await kernel.journal(run)).toEqual(['t t', 't u'])
})

test('a wait whose key begins with ~ or ? ends without a row', async () => {
  const { route, run, worker, task } = await leased()
  await worker.wait(task, timer('~step', 1000), timer('?poll', 1000), timer('t', 60_000))
  await kernel.advanceClock(1000)
  const again = await worker.claimOne(route)
  expect(again.journal).toEqual([])
  expect([...again.waits.keys()]).toEqual(['t'])
  const verdict = await worker.wait(again, timer('~step', 0), timer('t', null))
  expect(verdict).toEqual({ kind: 'news', rows: [row('~', '~step')] })
  expect(await kernel.journal(run)).toEqual([])
})

test('a repeated message is not taken twice, also while the run waits again', async () => {
  const { route, run, id, worker, task } = await leased()
  await worker.wait(task, message('m', 'go'))
  await kernel.call('trigger_event', id, 'go', 1, { dedupe_id: 'once' })
  const again = await worker.claimOne(route)
  await worker.wait(again, message('m#2', 'go'))
  await kernel.call('trigger_event', id, 'go', 1, { dedupe_id: 'once' })
  expect(await kernel.live(run)).toMatchObject({ state: 'w', wait_keys: ['m#2'] })
  await kernel.call('trigger_event', id, 'go', 2, { dedupe_id: 'twice' })
  expect(await kernel.journal(run)).toEqual(['g m 1', 'g m#2 2'])
})

test('a leased run keeps what it waits for beside its steps, and settles it at its next write', async () => {
  const { run, id, worker, task } = await leased()
  expect(await worker.keep(task, [row('r', 'a')], [message('m', 'go'), timer('t', 1000)])).toEqual({
    kind: 'done',
  })
  expect(await kernel.live(run)).toMatchObject({ state: 'l', wait_keys: ['m', 't'] })
  await kernel.call('trigger_event', id, 'go', 1)
  expect(await kernel.journal(run)).toEqual(['r a'])
  const next = { ...task, journal: [row('r', 'a')] }
  const verdict = await worker.keep(next, [row('r', 'b')], [message('m', 'go'), timer('t', null)])
  expect(verdict).toEqual({ kind: 'news', rows: [row('g', 'm', 1)] })
  expect(await kernel.journal(run)).toEqual(['r a', 'r b', 'g m 1'])
})

test('a message goes to the newest call of its step: the others lost a race in a loop', async () => {
  const { run, id, worker, task } = await leased()
  const answers = Array.from({ length: 11 }, (_, i) =>
    message(i === 0 ? 'answer' : `answer#${i + 1}`, 'go', 60_000),
  )
  await worker.wait(task, ...answers, timer('delay#11', 1000))
  await kernel.call('trigger_event', id, 'go', 1)
  expect(await kernel.journal(run)).toEqual(['g answer#11 1'])
})

test('among different steps the oldest comes first, each with its newest call', async () => {
  const { route, run, id, worker, task } = await leased()
  const keys = ['a', 'b', 'b#2', 'a#2', 'c#1x']
  await worker.wait(task, ...keys.map((key) => message(key, 'go')))
  for (let i = 1; i <= 5; i++) await kernel.call('trigger_event', id, 'go', i)
  expect(await kernel.journal(run)).toEqual(['g a#2 1'])
  const rest = keys.filter((key) => key !== 'a#2').map((key) => message(key, 'go'))
  const verdict = await worker.wait(await worker.claimOne(route), ...rest)
  expect(verdict).toEqual({
    kind: 'news',
    rows: [row('g', 'a', 2), row('g', 'b#2', 3), row('g', 'b', 4), row('g', 'c#1x', 5)],
  })
})
