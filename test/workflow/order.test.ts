import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

test('parallel steps run at once, and each of them once', async () => {
  let running = 0
  let most = 0
  const calls: number[] = []
  const w = workflow('parallel', async ({ step }) => {
    const work = (i: number) => async () => {
      most = Math.max(most, ++running)
      await pause(20)
      running--
      calls.push(i)
      return i
    }
    const all = await Promise.all([1, 2, 3, 4, 5].map((i) => step.run(`s${i}`, work(i))))
    await step.delay('nap', 30)
    return all
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(5)
  expect(calls.sort()).toEqual([1, 2, 3, 4, 5])
})

test('allSettled sees results and failures, the same at replay', async () => {
  const seen: unknown[] = []
  const w = workflow('settled', async ({ step }) => {
    const all = await Promise.allSettled([
      step.run('good', () => 1),
      step.run('bad', () => Promise.reject(new Error('no')), { retry: false }),
    ])
    const short = all.map((one) =>
      one.status === 'fulfilled' ? one.value : [one.reason.name, one.reason.message],
    )
    seen.push(short)
    await step.delay('nap', 30)
    return short
  })
  const run = await t.start(w)
  const expected = [1, ['StepFailedError', 'Step "bad" failed: no']]
  expect(await run.result({ timeout: 15_000 })).toEqual(expected)
  expect(seen).toEqual([expected, expected])
})

test('a race has the same winner at every replay, and the loser does not run again', async () => {
  const winners: string[] = []
  const calls: string[] = []
  const w = workflow('race', async ({ step }) => {
    const one = (name: string, ms: number) =>
      step.run(name, async () => {
        calls.push(name)
        await pause(ms)
        return name
      })
    const slow = one('slow', 60)
    const winner = await Promise.race([slow, one('quick', 5)])
    winners.push(winner)
    await slow
    await step.delay('nap', 30)
    await step.delay('nap', 30)
    return winner
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('quick')
  expect(winners).toEqual(['quick', 'quick', 'quick'])
  expect(calls.sort()).toEqual(['quick', 'slow'])
})

test('the loser of a race is aborted when the run ends', async () => {
  let aborted = false
  const w = workflow('aborted loser', async ({ step }) => {
    return Promise.race([
      step.run('slow', ({ signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        return pause(10_000, undefined, { ref: false })
      }),
      step.run('quick', () => 'quick'),
    ])
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('quick')
  await expect.poll(() => aborted).toBe(true)
})

test('a step that nobody awaits is told of when the handler returns', async () => {
  const w = workflow('forgotten', async ({ step }) => {
    void step.run(
      'charge',
      (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve)),
    )
    await step.run('other', () => 1)
    return 'done'
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('done')
  expect(t.log).toContainEqual(expect.stringContaining('returned while step "charge" was at work'))
})

test('a step races a time-out of its own, and both ways are the same at replay', async () => {
  const seen: unknown[] = []
  let release: () => void = () => {}
  const late = new Promise<void>((resolve) => {
    release = resolve
  })
  const w = workflow('step against delay', async ({ step, input }) => {
    const isLate = input === 'late'
    const won = await Promise.race([
      step.run('work', () => (isLate ? late.then(() => 'work') : 'work')),
      step.delay('limit', isLate ? 20 : '1 hour').then(() => 'limit'),
    ])
    seen.push(won)
    if (won === 'limit') release()
    await step.waitFor('again', { eventName: 'again' })
    return won
  })
  for (const [input, winner] of [
    ['in time', 'work'],
    ['late', 'limit'],
  ]) {
    const run = await t.start(w, input)
    await run.waitForStatus('waiting')
    await run.signal('again')
    expect(await run.result({ timeout: 15_000 })).toBe(winner)
  }
  expect(seen).toEqual(['work', 'work', 'limit', 'limit'])
})

test('branches that share step ids get the same ones at every replay', async () => {
  const seen: unknown[] = []
  const w = workflow('shared ids', async ({ step }) => {
    const branch = async (name: string, ms: number) => {
      await step.run(`first ${name}`, () => pause(ms))
      // takes more turns of the microtask queue than its neighbour
      if (name === 'a') for (let i = 0; i < 5; i++) await null
      return step.run('same', () => name)
    }
    const both = await Promise.all([branch('a', 20), branch('b', 20), branch('c', 1)])
    seen.push(both)
    await step.delay('nap', 30)
    return both
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual(['a', 'b', 'c'])
  expect(seen).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ])
})

test('a branch goes on while another waits, and both are remembered', async () => {
  const calls: string[] = []
  const w = workflow('branches', async ({ step }) => {
    const [signal, work] = await Promise.all([
      step.waitFor('signal', { eventName: 'go' }),
      (async () => {
        await step.run('one', () => calls.push('one'))
        await step.delay('between', 5)
        return step.run('two', () => calls.push('two'))
      })(),
    ])
    return { signal, work }
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.signal('go', 'signal')
  expect(await run.result({ timeout: 15_000 })).toEqual({ signal: 'signal', work: 2 })
  expect(calls).toEqual(['one', 'two'])
})

test('a signal is noticed while a step beside the wait still runs', async () => {
  let release: () => void = () => {}
  const heard: string[] = []
  const w = workflow('beside', async ({ step }) => {
    const [, data] = await Promise.all([
      step.run(
        'long',
        () =>
          new Promise<void>((resolve) => {
            release = resolve
          }),
      ),
      step.waitFor('wait', { eventName: 'go' }).then((value) => {
        heard.push(String(value))
        release()
        return value
      }),
    ])
    return data
  })
  const run = await t.start(w)
  await run.waitForStatus('running')
  await run.signal('go', 'now')
  expect(await run.result({ timeout: 15_000 })).toBe('now')
  expect(heard).toEqual(['now'])
})
