import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TimelineEntry } from '../../src/client/timeline.ts'
import { defineEvent } from '../../src/definition/event.ts'
import { NonRetryableError, RetryAfterError } from '../../src/model/errors.ts'
import { defineStep } from '../../src/workflow/define-step.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const wait = { timeout: 15_000 }
const failing = { retry: false } as const

/** A promise that the test settles. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** What happened, as short texts: `step charge completed`. */
const story = (entries: readonly TimelineEntry[]) =>
  entries.map(({ kind, stepId, status }) => [kind, stepId, status].filter(Boolean).join(' '))

/** Until nothing is left of the undos of a run that fails. */
async function failed(run: { result(o: object): Promise<unknown> }): Promise<unknown> {
  return run.result(wait).then(
    () => expect.fail('the run completed'),
    (error: unknown) => error,
  )
}

describe('a run that fails', () => {
  test('is undone in reverse order of completion, with what the steps gave, and fails then', async () => {
    const undone: unknown[] = []
    const w = workflow('saga', async ({ step }) => {
      const undo = (output: unknown) => undone.push(output)
      await step.run('reserve', () => ({ hold: 1, at: new Date(0) }), { undo })
      await step.run('note', () => 'no undo')
      const slow = step.run('slow', () => pause(30, 'slow'), { undo })
      const fast = step.run('fast', () => 'fast', { undo })
      await Promise.all([slow, fast])
      await step.run('nothing', () => undefined, { undo })
      throw new NonRetryableError('sold out')
    })
    const run = await t.start(w)
    await expect(run.result(wait)).rejects.toMatchObject({ failure: { message: 'sold out' } })
    expect(undone).toEqual([undefined, 'slow', 'fast', { hold: 1, at: '1970-01-01T00:00:00.000Z' }])
    expect(await run.refresh()).toMatchObject({ status: 'failed', phase: null, error: 'sold out' })
    expect(story(await run.timeline())).toEqual([
      'control completed',
      'step reserve completed',
      'step note completed',
      'step fast completed',
      'step slow completed',
      'step nothing completed',
      'undo running',
      'undo nothing completed',
      'undo slow completed',
      'undo fast completed',
      'undo reserve completed',
    ])
  })

  test('of a step: the step that failed is not undone, and names the failure', async () => {
    const undone: string[] = []
    const w = workflow('saga step', async ({ step }) => {
      await step.run('reserve', () => 1, { undo: () => undone.push('reserve') })
      await step.run(
        'ship',
        () => {
          throw new Error('no truck')
        },
        { ...failing, undo: () => undone.push('ship') },
      )
    })
    const run = await t.start(w)
    expect(await failed(run)).toMatchObject({ failure: { stepId: 'ship', message: 'no truck' } })
    expect(undone).toEqual(['reserve'])
  })

  test('what the handler caught is not undone, and a run that completes undoes nothing', async () => {
    const undone: string[] = []
    const w = workflow('no saga', async ({ step }) => {
      await step.run('a', () => 1, { undo: () => undone.push('a') })
      await step.run('b', () => Promise.reject(new Error('b')), failing).catch(() => {})
      return 'done'
    })
    const run = await t.start(w)
    expect(await run.result(wait)).toBe('done')
    expect(undone).toEqual([])
    expect(story(await run.timeline())).toEqual([
      'control completed',
      'step a completed',
      'step b failed',
    ])
  })

  test('a step that is at work then is aborted, waited for, and undone if it did what it was to do', async () => {
    const undone: string[] = []
    const began = gate()
    const w = workflow('saga at work', async ({ step }) => {
      const undo = (output: unknown) => undone.push(String(output))
      await step.run('first', () => 'first', { undo })
      const deaf = step.run(
        'deaf',
        async ({ signal }) => {
          began.open()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          return pause(50, 'deaf')
        },
        { undo },
      )
      const quick = async () => {
        await began.opened
        throw new NonRetryableError('no')
      }
      await Promise.all([deaf, quick()])
    })
    const run = await t.start(w)
    await failed(run)
    expect(undone).toEqual(['deaf', 'first'])
  })

  test('nothing begins after that: neither what the handler calls, nor what it had called', async () => {
    const ran: string[] = []
    const w = workflow('saga ends', async ({ step }) => {
      await step.run('a', () => 1, {
        undo: async () => {
          ran.push('undo a')
          await pause(50)
        },
      })
      const late = async () => {
        await pause(30)
        await step.run('late', () => ran.push('late'))
      }
      void late()
      throw new NonRetryableError('no')
    })
    await failed(await t.start(w))
    await pause(100)
    expect(ran).toEqual(['undo a'])
  })

  test('whose handler is tried again keeps its undos for the last of its attempts', async () => {
    const undone: string[] = []
    const w = workflow(
      'saga retried',
      async ({ step, attempt }) => {
        await step.run('a', () => 'a', { undo: (a) => undone.push(a) })
        if (attempt === 2) await step.run('b', () => 'b', { undo: (b) => undone.push(b) })
        throw new Error(`attempt ${attempt}`)
      },
      { retry: { maxAttempts: 2, baseDelay: 1 } },
    )
    expect(await failed(await t.start(w))).toMatchObject({ failure: { message: 'attempt 2' } })
    expect(undone).toEqual(['b', 'a'])
  })

  test('that threw before it had asked for all that is recorded is replayed for the rest', async () => {
    const undone: string[] = []
    let attempts = 0
    const w = workflow(
      'saga early',
      async ({ step }) => {
        const mine = ++attempts
        await step.run('a', () => 'a', { undo: (a) => undone.push(a) })
        // outside: no code of a handler should be like this
        if (mine === 2) throw new Error('a bad moment')
        await step.run('b', () => 'b', { undo: (b) => undone.push(b) })
        throw new Error('the end')
      },
      { retry: { maxAttempts: 2, baseDelay: 1 } },
    )
    expect(await failed(await t.start(w))).toMatchObject({ failure: { message: 'a bad moment' } })
    expect(undone).toEqual(['b', 'a'])
  })

  test('because its time is over is undone too', async () => {
    const undone: string[] = []
    const w = workflow(
      'saga late',
      async ({ step }) => {
        await step.run('a', () => 'a', { undo: (a) => undone.push(a) })
        await step.waitFor('never', { eventName: 'never' })
      },
      { timeout: '300 ms' },
    )
    const run = await t.start(w)
    expect(await failed(run)).toMatchObject({ failure: { code: 'MR054' } })
    expect(undone).toEqual(['a'])
  })
})

describe('a run that is cancelled', () => {
  test('while it waits: its steps are undone by whoever gets it, and it is cancelled then', async () => {
    const undone: unknown[] = []
    const w = workflow('cancelled waiting', async ({ step }) => {
      const a = await step.run('a', () => 'a', { undo: (output) => undone.push(output) })
      await step.delay('nap', '1 hour')
      await step.run('b', () => `${a}b`, { undo: (output) => undone.push(output) })
    })
    const run = await t.start(w)
    await run.waitForStatus('waiting', wait)
    expect(await run.cancel('no need')).toMatchObject({ status: 'running', phase: 'undoing' })
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(undone).toEqual(['a'])
    const entries = await run.timeline()
    expect(story(entries).slice(2)).toEqual([
      'undo running',
      'undo a completed',
      'control cancelled',
    ])
    expect([entries[2]?.reason, entries.at(-1)?.reason]).toEqual(['no need', 'no need'])
  })

  test('while a step is at work: that is aborted at once, and what it gives is undone', async () => {
    const undone: unknown[] = []
    const began = gate()
    const reasons: string[] = []
    const w = workflow('cancelled at work', async ({ step }) => {
      const undo = (output: unknown) => undone.push(output)
      await step.run('a', () => 'a', { undo })
      await step.run(
        'b',
        async ({ signal }) => {
          began.open()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          reasons.push((signal.reason as Error).name)
          return 'b'
        },
        { undo },
      )
      await step.run('c', () => undone.push('c ran'))
    })
    const run = await t.start(w)
    await began.opened
    expect(await run.cancel()).toMatchObject({ status: 'running', phase: 'undoing' })
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(reasons).toEqual(['RunCancelledError'])
    expect(undone).toEqual(['b', 'a'])
  })

  test('while a step without undo is at work that ignores it: its result is recorded, and the rest is undone', async () => {
    const undone: unknown[] = []
    const began = gate()
    const going = gate()
    const w = workflow('cancelled deaf', async ({ step }) => {
      await step.run('a', () => 'a', { undo: (a) => undone.push(a) })
      await step.run('b', () => {
        began.open()
        return going.opened
      })
      await step.run('c', () => undone.push('c ran'))
    })
    const run = await t.start(w)
    await began.opened
    await run.cancel()
    await until('the begin of the undos is in the timeline', async () =>
      story(await run.timeline()).includes('undo running'),
    )
    expect(undone).toEqual([])
    going.open()
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(undone).toEqual(['a'])
    expect(story(await run.timeline())).toContain('step b completed')
  })

  test('while a step is about to emit an event: that is emitted, as the timeline says', async () => {
    const began = gate()
    const going = gate()
    const slowly = z.string().refine(async () => {
      began.open()
      await going.opened
      return true
    })
    const heard = defineEvent('undo-heard', slowly)
    const w = workflow('cancelled emitting', async ({ step }) => {
      await step.run('a', () => 'a', { undo: () => undefined })
      await step.emitEvent('tell', heard, 'news', { key: 'undo' })
      await step.run('c', () => expect.fail('c ran'))
    })
    const run = await t.start(w)
    await began.opened
    await run.cancel()
    await until('the begin of the undos is in the timeline', async () =>
      story(await run.timeline()).includes('undo running'),
    )
    going.open()
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(story(await run.timeline())).toContain('step tell completed')
    expect(
      (await t.engine.getEvents({ key: 'undo', eventName: 'undo-heard' })).items,
    ).toMatchObject([{ data: 'news' }])
  })

  test('while a step waits for its next attempt', async () => {
    const undone: unknown[] = []
    const w = workflow('cancelled backoff', async ({ step }) => {
      await step.run('a', () => 'a', { undo: (a) => undone.push(a) })
      await step.run('b', () => Promise.reject(new Error('again')), { retry: { baseDelay: '1 h' } })
    })
    const run = await t.start(w)
    await until('it backs off', async () => (await run.refresh()).currentStepId === 'b')
    await run.cancel()
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(undone).toEqual(['a'])
  })

  test('twice, and while it is undone: the same', async () => {
    const undoing = gate()
    const going = gate()
    let times = 0
    const w = workflow('cancelled twice', async ({ step }) => {
      await step.run('a', () => 'a', {
        undo: () => {
          times++
          undoing.open()
          return going.opened
        },
      })
      await step.pause('here')
    })
    const run = await t.start(w)
    await run.waitForStatus('paused', wait)
    await run.cancel()
    await undoing.opened
    expect(await run.cancel()).toMatchObject({ status: 'running', phase: 'undoing' })
    going.open()
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(await run.cancel()).toMatchObject({ status: 'cancelled' })
    expect(times).toBe(1)
  })

  test('of a workflow with a limit: its undos take places like anything else', async () => {
    const undone: string[] = []
    let most = 0
    let now = 0
    const w = workflow(
      'cancelled limited',
      async ({ step, input }) => {
        await step.run('a', () => input as string, {
          undo: async (a) => {
            most = Math.max(most, ++now)
            await pause(10)
            now--
            undone.push(a)
          },
        })
        await step.waitFor('never', { eventName: 'never' })
      },
      { concurrency: 1 },
    )
    const runs = []
    for (const input of ['x', 'y', 'z']) runs.push(await t.start(w, input))
    for (const run of runs) await run.waitForStatus('waiting', wait)
    await Promise.all(runs.map((run) => run.cancel()))
    for (const run of runs) await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(undone.sort()).toEqual(['x', 'y', 'z'])
    expect(most).toBe(1)
  })

  test('before anything with an undo began ends at once', async () => {
    const w = workflow('cancelled early', async ({ step }) => {
      await step.run('plain', () => 1)
      await step.waitFor('go', { eventName: 'go' })
      await step.run('a', () => 1, { undo: () => {} })
    })
    const run = await t.start(w)
    await run.waitForStatus('waiting', wait)
    expect(await run.cancel()).toMatchObject({ status: 'cancelled', phase: null })
  })

  test('while a transaction is at work: it does not commit', async () => {
    const undone: unknown[] = []
    const began = gate()
    const going = gate()
    await t.db.query('create table if not exists sold (what text)')
    const w = workflow('cancelled transaction', async ({ step }) => {
      await step.run('a', () => 'a', { undo: (a) => undone.push(a) })
      await step.transaction('sell', async (tx) => {
        await tx.query("insert into sold values ('a')")
        began.open()
        await going.opened
      })
    })
    const run = await t.start(w)
    await began.opened
    await run.cancel()
    going.open()
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect(undone).toEqual(['a'])
    expect(await t.db.query('select * from sold')).toEqual([])
  })

  test('while a child is waited for: that is cancelled and undone, and then what came before it', async () => {
    const undone: string[] = []
    const child = workflow('undone child', async ({ step }) => {
      await step.run('in child', () => 1, { undo: () => undone.push('child') })
      await step.waitFor('never', { eventName: 'never' })
    })
    const parent = workflow('undone parent', async ({ step }) => {
      await step.run('in parent', () => 1, { undo: () => undone.push('parent') })
      await step.invoke('child', child, undefined)
    })
    await t.engine.registerWorkflow(child)
    const run = await t.start(parent)
    const found = () => run.children().then(([one]) => (one?.status === 'waiting' ? one : null))
    const one = await until('the child waits', found)
    await run.cancel()
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    expect((await one.refresh()).status).toBe('cancelled')
    expect(undone).toEqual(['child', 'parent'])
  })
})

test('children of a run that fails are cancelled before it is undone, but those that are left to themselves', async () => {
  const undone: string[] = []
  const child = workflow('left child', async ({ step, input }) => {
    await step.run('in child', () => 1, { undo: () => undone.push(`child ${input}`) })
    await step.waitFor('go', { eventName: 'go' })
    return 'done'
  })
  const asked = gate()
  const parent = workflow('leaving parent', async ({ step }) => {
    const abandoned = { parentClose: 'abandon' } as const
    await step.startWorkflow('early', child, 'early')
    await step.run('a', () => 1, { undo: () => undone.push('a') })
    await step.startWorkflow('late', child, 'late')
    await step.startWorkflow('alone', child, 'alone', abandoned)
    await asked.opened
    throw new NonRetryableError('no')
  })
  await t.engine.registerWorkflow(child)
  const run = await t.start(parent)
  const waiting = async () => {
    const all = await run.children()
    return all.length === 3 && all.every(({ status }) => status === 'waiting') ? all : null
  }
  const children = await until('all children wait', waiting)
  asked.open()
  expect(await failed(run)).toMatchObject({ failure: { message: 'no' } })
  await until('the early child has ended', () => undone.length === 3)
  expect(undone.indexOf('child late')).toBeLessThan(undone.indexOf('a'))
  expect([...undone].sort()).toEqual(['a', 'child early', 'child late'])
  const alone = children.find(({ input }) => input === 'alone')
  await alone?.signal('go')
  expect(await alone?.result(wait)).toBe('done')
})

describe('terminate', () => {
  test('ends a run at once, also among its undos, whose signal is aborted', async () => {
    const undoing = gate()
    const aborted = gate()
    const ran: string[] = []
    const w = workflow('terminated', async ({ step }) => {
      await step.run('a', () => 'a', { undo: () => ran.push('undo a') })
      await step.run('b', () => 'b', {
        undo: async (_, { signal }) => {
          undoing.open()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          aborted.open()
        },
      })
      throw new NonRetryableError('no')
    })
    const run = await t.start(w)
    await undoing.opened
    expect(await run.terminate('by hand')).toMatchObject({ status: 'cancelled', phase: null })
    await expect(run.result(wait)).rejects.toThrow('was cancelled')
    await aborted.opened
    expect(ran).toEqual([])
    expect(await t.engine.terminateWorkflow({ runId: run.id })).toMatchObject({
      status: 'cancelled',
    })
  })
})

describe('an undo', () => {
  test('is tried as the workflow says of retries, with a key of its own and a count', async () => {
    const seen: unknown[] = []
    const w = workflow(
      'undo retried',
      async ({ step }) => {
        await step.run('a', ({ idempotencyKey, runId }) => idempotencyKey.replace(runId, ''), {
          retry: false,
          undo: (key, { idempotencyKey, runId, attempt, stepId, signal }) => {
            seen.push([key, idempotencyKey.replace(runId, ''), attempt, stepId, signal.aborted])
            if (attempt < 3) throw new Error(`attempt ${attempt}`)
          },
        })
        throw new NonRetryableError('no')
      },
      { retry: { baseDelay: 1 } },
    )
    const run = await t.start(w)
    await failed(run)
    expect(seen).toEqual([1, 2, 3].map((n) => [':a', ':$undo:a', n, 'a', false]))
    const undos = (await run.timeline()).filter(({ kind, stepId }) => kind === 'undo' && stepId)
    expect(undos.map(({ status, attempt }) => [status, attempt])).toEqual([
      ['failed', 1],
      ['failed', 2],
      ['completed', 3],
    ])
    expect(undos[0]).toMatchObject({ stepId: 'a', failure: { message: 'attempt 1', stepId: 'a' } })
  })

  test('without an attempt left pauses the run; a resume tries it anew, and goes on from there', async () => {
    const tries: string[] = []
    let away = true
    const w = workflow('undo failed', async ({ step }) => {
      const undoRetry = { maxAttempts: 2, baseDelay: 1 }
      await step.run('first', () => 1, { undo: () => tries.push('first') })
      await step.run('second', () => 2, {
        undoRetry,
        undo: (_, { attempt }) => {
          tries.push(`second ${attempt}`)
          if (away) throw new Error('the bank is away')
        },
      })
      await step.run('third', () => 3, { undo: () => tries.push('third') })
      throw new NonRetryableError('no')
    })
    const run = await t.start(w)
    const paused = await run.waitForStatus('paused', wait)
    const what = 'The undo of step "second" failed after 2 attempts: the bank is away'
    expect(paused).toMatchObject({ reason: 'undo_failed', phase: 'undoing', error: what })
    expect(paused.failure).toMatchObject({ code: 'MR056', stepId: 'second', attempt: 2 })
    expect((await t.engine.getFailures()).items).toContainEqual(
      expect.objectContaining({ code: 'MR056', message: what, sample: run.id }),
    )
    away = false
    await run.resume()
    expect(await failed(run)).toMatchObject({ failure: { message: 'no' } })
    expect(tries).toEqual(['third', 'second 1', 'second 2', 'second 3', 'first'])
  })

  test('that hangs has failed when its time is over, with its signal aborted', async () => {
    const signals: AbortSignal[] = []
    const w = workflow('undo hangs', async ({ step }) => {
      await step.run('a', () => 1, {
        undo: (_one, { signal, attempt }) => {
          signals.push(signal)
          return attempt < 3 ? new Promise(() => {}) : undefined
        },
        undoRetry: { maxAttempts: 2, baseDelay: 1 },
        undoTimeout: 20,
      })
      throw new NonRetryableError('no')
    })
    const run = await t.start(w)
    const { reason, failure } = await run.waitForStatus('paused', { timeoutMs: 15_000 })
    expect([reason, failure?.message]).toEqual([
      'undo_failed',
      'The undo of step "a" failed after 2 attempts: The undo of step "a" took longer than its timeout of 20 ms.',
    ])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    await run.resume()
    await failed(run)
    expect(signals[2]?.aborted).toBe(false)
  })

  test('says when it shall be tried again, and is left to another lease meanwhile', async () => {
    let times = 0
    const w = workflow('undo later', async ({ step }) => {
      await step.run('a', () => 1, {
        undo: () => {
          if (++times === 1) throw new RetryAfterError('closed', '1 hour')
        },
      })
      throw new NonRetryableError('no')
    })
    const run = await t.start(w)
    await until('it waits', async () => (await run.refresh()).waits[0]?.stepId === 'a')
    expect(await run.refresh()).toMatchObject({ status: 'running', phase: 'undoing' })
    await run.fastForward()
    await failed(run)
    expect(times).toBe(2)
  })

  test('may not call steps', async () => {
    const w = workflow('undo steps', async ({ step }) => {
      await step.run('a', () => 1, {
        undoRetry: { maxAttempts: 1 },
        undo: () => step.run('inner', () => 1),
      })
      throw new NonRetryableError('no')
    })
    const run = await t.start(w)
    const paused = await run.waitForStatus('paused', wait)
    expect(paused.error).toContain('was called inside step "$undo:a"')
    await run.terminate()
  })

  test('that is no function, or whose retries are none, is refused before the step begins', async () => {
    const ran: string[] = []
    const options: [object, RegExp][] = [
      [{ undo: 'release' }, /The undo of step "a" is string, not a function/],
      [{ undo: () => {}, undoRetry: { maxAttempts: 0 } }, /retry.maxAttempts must be/],
    ]
    for (const [i, [given, message]] of options.entries()) {
      const w = workflow(`bad undo ${i}`, ({ step }) => step.run('a', () => ran.push('a'), given))
      const run = await t.start(w)
      expect(await failed(run)).toMatchObject({ message: expect.stringMatching(message) })
    }
    expect(ran).toEqual([])
  })

  test('of a step that defineStep made, and of a step in a loop', async () => {
    const undone: unknown[] = []
    const charge = defineStep('charge', (amount: number) => ({ id: `ch_${amount}` }))
    const w = workflow('undo defined', async ({ step }) => {
      for (const amount of [1, 2]) {
        await step.run('charge', charge, amount, { undo: ({ id }) => undone.push(id) })
      }
      throw new NonRetryableError('no')
    })
    await failed(await t.start(w))
    expect(undone).toEqual(['ch_2', 'ch_1'])
  })

  test('of a map is of each item that was done, also of one that was at work when another failed', async () => {
    const undone: number[] = []
    const began = gate()
    const w = workflow('undo map', async ({ step }) => {
      await step.map(
        'send',
        [1, 2, 3, 4],
        async (n, { signal }) => {
          if (n === 3) {
            began.open()
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
            await pause(20)
          }
          if (n === 4) {
            await began.opened
            throw new NonRetryableError('four')
          }
          return n * 10
        },
        { undo: (sent) => undone.push(sent) },
      )
    })
    const run = await t.start(w)
    expect(await failed(run)).toMatchObject({ failure: { message: 'four', stepId: 'send[3]' } })
    expect(undone.slice(0, 1)).toEqual([30])
    expect([...undone].sort()).toEqual([10, 20, 30])
  })

  test('of a map whose failure was caught is there at a replay too', async () => {
    const undone: number[] = []
    const w = workflow('undo caught map', async ({ step }) => {
      const one = (n: number) => {
        if (n === 2) throw new NonRetryableError('two')
        return n
      }
      const undo = (n: number) => undone.push(n)
      await step.map('send', [1, 2, 3], one, { undo, concurrency: 1 }).catch(() => {})
      await step.delay('nap', 20)
      throw new NonRetryableError('no')
    })
    await failed(await t.start(w))
    expect(undone).toEqual([1])
  })
})

test('hooks of plugins see undos under a name of their own; those of the workflow are called once', async () => {
  const calls: string[] = []
  const w = workflow.use({
    name: 'noting',
    beforeWorkflow: () => calls.push('begin'),
    onWorkflowError: () => calls.push('error'),
    beforeStep: ({ stepId }) => calls.push(`before ${stepId}`),
    afterStep: ({ stepId }) => calls.push(`after ${stepId}`),
    onStepError: ({ stepId }) => calls.push(`error of ${stepId}`),
  })('undo hooks', async ({ step }) => {
    await step.run('a', () => 1, {
      undoRetry: { baseDelay: 1 },
      undo: (_, { attempt }) => {
        if (attempt === 1) throw new Error('again')
      },
    })
    throw new NonRetryableError('no')
  })
  await failed(await t.start(w))
  expect(calls).toEqual([
    ...['begin', 'before a', 'after a', 'error'],
    ...['before $undo:a', 'error of $undo:a', 'before $undo:a', 'after $undo:a'],
  ])
})

test('a retry of an undone run does all again from the first step that was undone', async () => {
  const ran: string[] = []
  let broken = true
  const w = workflow('undone retried', async ({ step }) => {
    await step.run('look', () => ran.push('look'))
    await step.run('a', () => ran.push('a'), { undo: () => ran.push('undo a') })
    await step.run('b', () => ran.push('b'))
    if (broken) throw new NonRetryableError('no')
    return 'done'
  })
  const run = await t.start(w)
  await failed(run)
  broken = false
  const again = await run.retry()
  expect(await again.result(wait)).toBe('done')
  expect(ran).toEqual(['look', 'a', 'b', 'undo a', 'a', 'b'])
})

test('a fork undoes what it did itself, not what it has from another run', async () => {
  const undone: string[] = []
  let broken = false
  const w = workflow('forked undo', async ({ step, runId }) => {
    const undo = (what: string) => undone.push(what)
    await step.run('a', () => 'a', { undo })
    await step.run('b', () => `b of ${runId}`, { undo })
    if (broken) throw new NonRetryableError('no')
  })
  const run = await t.start(w)
  await run.result(wait)
  broken = true
  const fork = await run.fork({ fromStep: 'b' })
  await failed(fork)
  expect(undone).toEqual([`b of ${fork.id}`])
})

test('code that no longer fits the history pauses a run that is to be undone, and nothing is undone', async () => {
  const undone: string[] = []
  let renamed = false
  const w = workflow('undo mismatch', async ({ step }) => {
    await step.run(renamed ? 'b' : 'a', () => 1, { undo: () => undone.push('a') })
    await step.waitFor('never', { eventName: 'never' })
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting', wait)
  renamed = true
  await run.cancel()
  const paused = await run.waitForStatus('paused', wait)
  expect(paused).toMatchObject({ reason: 'history_mismatch', phase: 'undoing' })
  expect(undone).toEqual([])
  renamed = false
  await run.resume()
  await expect(run.result(wait)).rejects.toThrow('was cancelled')
  expect(undone).toEqual(['a'])
})
