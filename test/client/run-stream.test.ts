import { expect, test } from 'vitest'
import { type StepContext, WorkflowClient, workflow } from '../../src/index.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const WAIT = { timeout: 15_000 }

/** Chunks that are let go one by one. */
function gate() {
  const waiting: (() => void)[] = []
  let open = 0
  return {
    let(count: number) {
      open += count
      for (const go of waiting.splice(0)) go()
    },
    async pass(index: number) {
      while (index >= open) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}

/** Takes what comes, in the background. */
function take<T>(chunks: AsyncIterable<T>) {
  const got: T[] = []
  const done = (async () => {
    for await (const chunk of chunks) got.push(chunk)
  })()
  done.catch(() => {})
  return { got, done }
}

test('chunks reach another process as they come, and late comers get them all', async () => {
  const doors = gate()
  async function* words() {
    for (let i = 0; i < 6; i++) {
      await doors.pass(i)
      yield `w${i}`
    }
  }
  const talk = workflow('stream talk', ({ step }) => step.stream('say', () => words()))
  const run = await t.start(talk)
  const client = new WorkflowClient({ connectionString: t.db.url })
  try {
    const first = take(run.stream('say'))
    doors.let(2)
    await until('two came', () => first.got.length === 2)
    const theirs = await client.getRun({ runId: run.id })
    const second = take(theirs.stream('say'))
    await until('the other has them too', () => second.got.length === 2)
    doors.let(4)
    await Promise.all([first.done, second.done])
    const all = ['w0', 'w1', 'w2', 'w3', 'w4', 'w5']
    expect([first.got, second.got]).toEqual([all, all])
    expect(await run.result(WAIT)).toEqual(all)
    const late = take(theirs.stream('say'))
    await late.done
    expect(late.got).toEqual(all)
  } finally {
    await client.stop()
  }
})

test('an attempt that begins anew says so, and its chunks come from the first on', async () => {
  const doors = gate()
  let tries = 0
  async function* words() {
    tries++
    for (let i = 0; i < 3; i++) {
      if (tries === 1 && i === 2) throw new Error('cut')
      await doors.pass(tries === 1 ? i : 0)
      yield `${tries}.${i}`
    }
  }
  const talk = workflow('stream again', ({ step }) =>
    step.stream('say', () => words(), { retry: { baseDelay: 10 } }),
  )
  const run = await t.start(talk)
  let resets = 0
  const heard = take(run.stream('say', { onReset: () => resets++ }))
  const events: string[] = []
  run.on('reset', ({ stepId, attempt }) => events.push(`${stepId} ${attempt}`))
  await until(
    'it is followed',
    async () => (await t.db.query('select from millrace.follows')).length > 0,
  )
  doors.let(2)
  await heard.done
  expect(heard.got.slice(-3)).toEqual(['2.0', '2.1', '2.2'])
  expect(resets).toBe(heard.got.length > 3 ? 1 : 0)
  expect(await run.result(WAIT)).toEqual(['2.0', '2.1', '2.2'])
})

test('ctx.write tells large chunks too, and stores none', async () => {
  let ctx: StepContext | undefined
  let finish: () => void = () => {}
  const work = workflow('stream write', ({ step }) =>
    step.run('do', (context) => {
      ctx = context
      return new Promise<string>((resolve) => {
        finish = () => resolve('done')
      })
    }),
  )
  const run = await t.start(work)
  await until('it runs', () => ctx !== undefined)
  ctx?.write('nobody hears this')
  const heard = take(run.stream<unknown>('do'))
  const large = 'x'.repeat(300_000)
  await until('somebody hears', () => {
    ctx?.write('ping')
    return heard.got.length > 0
  })
  const before = heard.got.length
  ctx?.write({ large })
  ctx?.write('after')
  await until('all came', () => heard.got.includes('after'))
  const large2 = heard.got.find((chunk) => typeof chunk === 'object') as { large: string }
  expect(large2.large).toBe(large)
  finish()
  await heard.done
  expect(heard.got.length).toBeGreaterThanOrEqual(before + 2)
  expect(heard.got).not.toContain('nobody hears this')
  expect(await run.result(WAIT)).toBe('done')
  const late = take(run.stream('do'))
  await late.done
  expect(late.got).toEqual([])
  expect(() => ctx?.write(Number.NaN)).toThrow()
})

test('a stream of a run that fails, or of a step that does, ends with that', async () => {
  async function* bad() {
    yield 1
    throw new Error('broken')
  }
  const talk = workflow('stream bad', ({ step }) => step.stream('say', bad, { retry: false }), {
    retries: 0,
  })
  const run = await t.start(talk)
  await expect(take(run.stream('say')).done).rejects.toMatchObject({ code: 'MR050' })
  await expect(take(run.stream('never')).done).rejects.toMatchObject({ code: 'MR052' })
})

test('what is no source, and chunks beyond the limit of an output, fail the step with a typed error', async () => {
  async function* much() {
    for (let i = 0; i < 30; i++) yield 'y'.repeat(50_000)
  }
  const large = await t.start(
    workflow('stream large', ({ step }) => step.stream('say', much, { retry: false }), {
      retries: 0,
    }),
  )
  await expect(large.result(WAIT)).rejects.toMatchObject({ failure: { code: 'MR002' } })
  const none = await t.start(
    workflow('stream none', ({ step }) => step.stream('say', () => 7 as never), { retries: 0 }),
  )
  await expect(none.result(WAIT)).rejects.toMatchObject({ failure: { code: 'MR001' } })
})
