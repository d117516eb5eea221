import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { defineEvent } from '../../src/definition/event.ts'
import { defineSignal } from '../../src/definition/signal.ts'
import { IllegalMoveError, InvalidInputError } from '../../src/model/errors.ts'
import { replayHistory } from '../../src/testing/replay-history.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const LONG = { timeout: 20_000 }

const paid = defineEvent('paid', z.object({ amount: z.number(), at: z.coerce.date().optional() }))
const shipped = defineEvent<{ parcel: string }>('shipped')
const approved = defineSignal<{ by: string }>('approved')

let keys = 0
const newKey = () => `key-${++keys}`

describe('waits for an event', () => {
  const waits = workflow('ev waits', async ({ step, input }) => {
    const { amount } = await step.waitFor('payment', paid.for(input as string))
    return amount
  })

  test('end for all runs that wait for it', async () => {
    const key = newKey()
    const runs = await Promise.all([1, 2, 3].map(() => t.start(waits, key)))
    const other = await t.start(waits, newKey())
    await Promise.all([...runs, other].map((run) => run.waitForStatus('waiting', LONG)))
    expect((await runs[0]?.refresh())?.waits).toEqual([
      { stepId: 'payment', event: 'paid', key, until: null },
    ])
    expect(await t.engine.emitEvent(paid, { amount: 90 }, { key })).toEqual({
      matched: 3,
      started: [],
    })
    for (const run of runs) expect(await run.result(LONG)).toBe(90)
    expect((await other.refresh()).status).toBe('waiting')
    await other.cancel()
  })

  test('find what was emitted before the run was', async () => {
    const key = newKey()
    expect(await t.engine.emitEvent(paid, { amount: 7 }, { key })).toEqual({
      matched: 0,
      started: [],
    })
    expect(await (await t.start(waits, key)).result(LONG)).toBe(7)
    expect(await (await t.start(waits, key)).result(LONG)).toBe(7)
  })

  test('take one after the other, each once, and a time-out gives undefined', async () => {
    const loop = workflow('ev loop', async ({ step, input }) => {
      const got: unknown[] = []
      for (let i = 0; i < 3; i++) {
        const event = await step.waitFor('payment', paid.for(input as string), { timeout: 200 })
        got.push(event?.amount)
      }
      return got
    })
    const key = newKey()
    for (const amount of [1, 2]) await t.engine.emitEvent(paid, { amount }, { key })
    expect(await (await t.start(loop, key)).result(LONG)).toEqual([1, 2, null])
  })

  test('by name, with the key among the options, in both forms', async () => {
    const named = workflow('ev named', async ({ step, input }) => {
      const key = input as string
      const one = await step.waitFor('a', {
        eventName: 'shipped',
        key,
        schema: z.object({ parcel: z.string() }),
      })
      const two = await step.waitFor('b', shipped, { key, timeout: '1 hour' })
      return [one.parcel, two?.parcel]
    })
    const key = newKey()
    const run = await t.start(named, key)
    await t.engine.emitEvent({ eventName: 'shipped', key, data: { parcel: 'x' } })
    await t.engine.emitEvent(shipped, { parcel: 'y' }, { key })
    expect(await run.result(LONG)).toEqual(['x', 'y'])
  })

  test('beside signals: the first of several, and all of several', async () => {
    const mixed = workflow('ev mixed', async ({ step, input }) => {
      const key = input as string
      const first = await step.waitForAny('any', {
        ok: approved,
        pay: paid.for(key),
        ship: shipped.for(key),
      })
      const all = await step.waitForAll('all', { ok: approved, ship: shipped.for(key) })
      return [first.name, first.data, all.ok.by, all.ship.parcel]
    })
    const key = newKey()
    const run = await t.start(mixed, key)
    await run.waitForStatus('waiting', LONG)
    await t.engine.emitEvent(paid, { amount: 3 }, { key })
    await t.engine.emitEvent(shipped, { parcel: 'p' }, { key })
    await run.signal(approved, { by: 'ada' })
    expect(await run.result(LONG)).toEqual(['pay', { amount: 3 }, 'ada', 'p'])
    const timeline = await run.timeline()
    expect(timeline.map(({ output }) => output)).toContainEqual([`paid (${key})`, { amount: 3 }])
    expect(timeline.map(({ output }) => output)).toContainEqual({ parcel: 'p' })
    expect(await replayHistory(mixed, timeline, { input: key })).toBeNull()
  })

  test('a schema is applied on the way in and out', async () => {
    const dated = workflow('ev dated', async ({ step, input }) => {
      const { at } = await step.waitFor('payment', paid.for(input as string))
      return at instanceof Date
    })
    const key = newKey()
    await t.engine.emitEvent(paid, { amount: 1, at: '2026-01-01T00:00:00Z' as never }, { key })
    expect(await (await t.start(dated, key)).result(LONG)).toBe(true)
    await expect(t.engine.emitEvent(paid, { amount: 'x' } as never, { key })).rejects.toThrow(
      'The data of event "paid" does not fit its schema. $.amount',
    )
  })

  test('fast-forward gives what it was given', async () => {
    const run = await t.start(waits, newKey())
    await run.waitForStatus('waiting', LONG)
    await run.fastForward({ amount: 5 })
    expect(await run.result(LONG)).toBe(5)
  })
})

describe('an emission', () => {
  test('with a dedupeId changes nothing the second time, and answers the same', async () => {
    const key = newKey()
    const waits = workflow('ev once', async ({ step }) => [
      (await step.waitFor('a', paid.for(key))).amount,
      (await step.waitFor('b', paid.for(key), { timeout: 300 }))?.amount,
    ])
    const run = await t.start(waits)
    await run.waitForStatus('waiting', LONG)
    const options = { key, dedupeId: 'payment-1' }
    expect(await t.engine.emitEvent(paid, { amount: 1 }, options)).toEqual({
      matched: 1,
      started: [],
    })
    expect(await t.engine.emitEvent(paid, { amount: 1 }, options)).toEqual({
      matched: 1,
      started: [],
    })
    expect(await run.result(LONG)).toEqual([1, null])
  })

  test('in a transaction is made when that commits', async () => {
    const key = newKey()
    const waits = workflow(
      'ev tx',
      async ({ step }) => (await step.waitFor('a', paid.for(key))).amount,
    )
    const run = await t.start(waits)
    await run.waitForStatus('waiting', LONG)
    const tx = await t.db.connect()
    await tx.query('begin')
    expect(await t.engine.emitEvent(paid, { amount: 1 }, { key, tx })).toEqual({
      matched: 1,
      started: [],
    })
    await tx.query('rollback')
    await tx.query('begin')
    await t.engine.emitEvent(paid, { amount: 2 }, { key, tx })
    await tx.query('commit')
    expect(await run.result(LONG)).toBe(2)
  })

  test('can be looked at while it is kept', async () => {
    const key = newKey()
    await t.engine.emitEvent(shipped, { parcel: 'p' }, { key, keepFor: '1 hour', dedupeId: key })
    await t.engine.emitEvent(shipped, { parcel: 'q' }, { key })
    const page = await t.engine.getEvents({ eventName: 'shipped', key, limit: 1 })
    expect(page).toMatchObject({ items: [{ data: { parcel: 'q' } }], hasMore: true })
    const next = await t.engine.getEvents({ key, startingAfter: page.nextCursor })
    expect(next).toMatchObject({
      items: [
        { name: 'shipped', key, data: { parcel: 'p' }, dedupeId: key, matched: 0, started: [] },
      ],
      hasMore: false,
    })
  })

  test.each([
    [{ key: undefined }, 'The key of event "paid" is missing'],
    [{ key: '' }, 'The key of event "paid" "" is not valid'],
    [{ key: 'x'.repeat(257) }, 'must be 1 to 256 characters'],
    [{ key: 'k', keepFor: '-1 s' }, 'keepFor'],
    [{ key: 'k', dedupeID: 'x' }, 'Did you mean "dedupeId"?'],
  ])('with the options %j is refused', async (options, message) => {
    const call = t.engine.emitEvent(paid, { amount: 1 }, options as never)
    await expect(call).rejects.toThrow(InvalidInputError)
    if (message !== 'keepFor') await expect(call).rejects.toThrow(message)
  })

  test.each([
    ['paid', '"paid", which names no event. Write emitEvent({ eventName: "paid", key, data })'],
    [{ key: 'k' }, '{"key":"k"}, which names no event'],
    [undefined, 'undefined, which names no event'],
  ])('what names no event, %j, is refused with how to write it', async (given, message) => {
    const call = t.engine.emitEvent(given as never, 1 as never, undefined as never)
    await expect(call).rejects.toThrow(`emitEvent was given ${message}`)
    const signal = t.engine.triggerEvent(given as never, 1 as never, undefined as never)
    await expect(signal).rejects.toThrow(`triggerEvent was given ${message.split('.')[0]}`)
    await expect(signal).rejects.toMatchObject({ code: 'MR001' })
  })

  test('bad names and keys are refused where they are written', () => {
    expect(() => defineEvent('a/b')).toThrow('The event "a/b" is not valid')
    expect(() => paid.for('')).toThrow('The key of event "paid"')
    expect(() => paid.for('x'.repeat(257))).toThrow(InvalidInputError)
  })

  test('of a step is made once, with the commit that records it', async () => {
    const key = newKey()
    const hears = workflow('ev hears', async ({ step }) => [
      (await step.waitFor('a', shipped.for(key))).parcel,
      (await step.waitFor('b', shipped.for(key), { timeout: 300 }))?.parcel,
    ])
    const tells = workflow('ev tells', async ({ step }) => {
      await step.emitEvent('tell', shipped, { parcel: 'p' }, { key })
      await step.delay('nap', 10)
      await step.run('after', () => 1)
      return 'told'
    })
    const hearing = await t.start(hears)
    await hearing.waitForStatus('waiting', LONG)
    const telling = await t.start(tells)
    expect(await telling.result(LONG)).toBe('told')
    expect(await hearing.result(LONG)).toEqual(['p', null])
    const timeline = await telling.timeline()
    expect(timeline.map(({ stepId }) => stepId)).toEqual(['tell', 'nap', 'after'])
    expect(await replayHistory(tells, timeline)).toBeNull()
  })

  test('of a step, as the last thing that a run does, goes with its outcome', async () => {
    const key = newKey()
    const last = workflow('ev last', ({ step }) =>
      step.emitEvent('tell', paid, { amount: 4 }, { key }),
    )
    expect(await (await t.start(last)).result(LONG)).toBe(undefined)
    expect((await t.engine.getEvents({ key })).items).toMatchObject([{ data: { amount: 4 } }])
  })

  test('of a step that does not fit fails it, without another attempt', async () => {
    const bad = workflow('ev bad', ({ step }) =>
      step.emitEvent('tell', paid, { amount: 'x' } as never, { key: 'k' }),
    )
    await expect((await t.start(bad)).result(LONG)).rejects.toThrow('does not fit its schema')
    const none = workflow('ev none', ({ step }) =>
      step.emitEvent('tell', 'paid' as never, 1 as never, { key: 'k' }),
    )
    await expect((await t.start(none)).result(LONG)).rejects.toThrow('was given no event')
    const tx = workflow('ev no tx', ({ step }) =>
      step.emitEvent('tell', paid, { amount: 1 }, { key: 'k', tx: {} } as never),
    )
    await expect((await t.start(tx)).result(LONG)).rejects.toThrow('have no "tx"')
    await expect(t.engine.emitEvent(null as never)).rejects.toThrow(InvalidInputError)
  })
})

describe('a workflow that starts on an event', () => {
  const placed = defineEvent('ev-placed', z.object({ id: z.number() }))

  test('is started with its data, once for each emission', async () => {
    const handles = workflow('ev handles', ({ input }) => input.id, {
      inputSchema: z.object({ id: z.number() }),
      startOn: [{ event: placed }, { event: shipped, key: 'never' } as never],
    })
    const eu = workflow('ev eu', () => 'eu', { startOn: { event: placed, key: 'eu' } })
    await t.engine.registerWorkflow(handles)
    await t.engine.registerWorkflow(eu)
    const options = { key: 'eu', dedupeId: 'order-1' }
    for (let i = 0; i < 2; i++) await t.engine.emitEvent(placed, { id: 7 }, options)
    await t.engine.emitEvent(placed, { id: 8 }, { key: 'us' })
    const runs = await until('both are done', async () => {
      const { items } = await t.engine.getRuns({ workflowId: 'ev handles' })
      return items.length === 2 && items.every(({ status }) => status === 'completed')
        ? items
        : null
    })
    expect(runs.map(({ output }) => output).sort()).toEqual([7, 8])
    expect((await t.engine.getRuns({ workflowId: 'ev eu' })).items).toHaveLength(1)
    expect(
      (await t.engine.getEvents({ eventName: 'ev-placed' })).items.map(
        ({ started }) => started.length,
      ),
    ).toEqual([1, 2])
  })

  test('may be replaced by what it emits itself', async () => {
    const turn = defineEvent<{ n: number }>('ev-turn')
    const turns = workflow(
      'ev turns',
      async ({ step, input }) => {
        if (input.n === 3) return input.n
        await step.emitEvent('next', turn, { n: input.n + 1 }, { key: 'k' })
        await step.waitFor('never', paid.for('never'))
        return 0
      },
      {
        inputSchema: z.object({ n: z.number() }),
        startOn: { event: turn },
        singleton: { onConflict: 'replace' },
      },
    )
    await t.engine.registerWorkflow(turns)
    await t.engine.emitEvent(turn, { n: 0 }, { key: 'k' })
    const runs = await until('the last is done', async () => {
      const { items } = await t.engine.getRuns({ workflowId: 'ev turns' })
      return items.some(({ status }) => status === 'completed') ? items : null
    })
    expect(runs.map(({ status }) => status).sort()).toEqual([
      ...['cancelled', 'cancelled', 'cancelled', 'completed'],
    ])
  })

  test.each([
    [{ event: 'placed' }, 'startOn names no event'],
    ['placed', 'startOn names no event'],
    [{ event: placed, key: '' }, 'The key of event'],
    [{ event: placed, keys: 'k' }, 'have no "keys"'],
  ])('%j is refused', (startOn, message) => {
    expect(() => workflow('ev bad start', () => 1, { startOn: startOn as never })).toThrow(message)
  })
})

describe('a start with a signal', () => {
  const cart = workflow('ev cart', async ({ step }) => {
    const items: unknown[] = []
    while (items.length < 3) items.push(await step.waitFor('item', { eventName: 'add' }))
    return items
  })
  const add = defineSignal('add', z.string())

  test('starts the run or finds it, and sends it the message', async () => {
    const key = newKey()
    await t.engine.registerWorkflow(cart)
    const put = (signal: object) =>
      t.engine.startWorkflow(cart, undefined, { idempotencyKey: key, signal: signal as never })
    const runs = await Promise.all([
      put({ signal: add, data: 'a' }),
      put({ signal: add, data: 'a' }),
      put({ eventName: 'add', data: 'a', dedupeId: 'd' }),
    ])
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1)
    expect(await runs[0]?.result(LONG)).toEqual(['a', 'a', 'a'])
    await expect(put({ signal: add, data: 'b' })).rejects.toThrow(IllegalMoveError)
    await expect(put({ signal: add, data: 'b' })).rejects.toThrow('is completed: signal "add"')
  })

  test('of many in one call: all or none', async () => {
    const key = newKey()
    const inputs = ['x', 'y'].map((data) => ({
      input: undefined,
      options: { idempotencyKey: `${key}-${data}`, signal: { eventName: 'add', data } },
    }))
    const runs = await t.engine.startWorkflows(cart, inputs)
    expect(new Set(runs.map(({ id }) => id)).size).toBe(2)
    await runs[0]?.cancel()
    const more = inputs.map((one) => ({ ...one, options: { ...one.options } }))
    more.push({
      input: undefined,
      options: { idempotencyKey: `${key}-z`, signal: { eventName: 'add', data: 'z' } },
    })
    await expect(t.engine.startWorkflows(cart, more)).rejects.toThrow(IllegalMoveError)
    const { items } = await t.engine.getRuns({ workflowId: 'ev cart', limit: 100 })
    expect(items.filter(({ idempotencyKey }) => idempotencyKey === `${key}-z`)).toEqual([])
    await runs[1]?.cancel()
  })

  test('in a transaction', async () => {
    const client = new WorkflowClient({ connectionString: t.db.url })
    const key = newKey()
    const tx = await t.db.connect()
    await tx.query('begin')
    const options = { idempotencyKey: key, signal: { eventName: 'add', data: 1 }, tx }
    const run = await client.startWorkflow(cart, undefined, options)
    await tx.query('rollback')
    await expect(client.getRun({ runId: run.id })).rejects.toThrow('There is no run')
    await client.stop()
  })

  test.each([
    [{ data: 1 }, 'eventName'],
    [{ eventName: 'a/b' }, 'is not valid'],
    [{ signal: add, data: 5 }, 'does not fit its schema'],
    [{ eventName: 'add', name: 'x' }, 'have no "name"'],
  ])('with the signal %j is refused', async (signal, message) => {
    const call = t.engine.startWorkflow(cart, undefined, { signal: signal as never })
    await expect(call).rejects.toThrow(message)
  })
})
