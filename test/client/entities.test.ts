import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineMachine } from '../../src/entity/index.ts'
import {
  ConflictError,
  EntityNotFoundError,
  InvalidInputError,
  TransitionConflictError,
  TransitionNotAllowedError,
  WorkflowClient,
} from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { lossyPool } from '../support/lossy-pool.ts'
import { until } from '../support/until.ts'

const ticket = defineMachine({
  name: 'ticket',
  table: 'tickets',
  states: {
    open: { initial: true },
    working: { sla: '1 hour' },
    solved: {},
    closed: { final: true },
  },
  transitions: {
    take: { from: 'open', to: 'working' },
    solve: { from: 'working', to: 'solved', reasonRequired: true },
    reopen: { from: ['solved', 'closed'], to: 'working' },
    close: { from: 'solved', to: 'closed' },
    grow: { from: 'working', to: 'working' },
  },
})
const newer = defineMachine({
  name: 'ticket',
  version: '2',
  table: 'tickets',
  states: { fresh: { initial: true }, working: {}, solved: {}, closed: { final: true } },
  transitions: {
    take: { from: 'fresh', to: 'working' },
    solve: { from: 'working', to: 'solved' },
    close: { from: 'solved', to: 'closed' },
  },
})
let db: TestDatabase
let client: WorkflowClient

beforeAll(async () => {
  db = await createDatabase()
  client = new WorkflowClient({ pool: db.pool })
  await client.putWorkflow(ticket)
})
afterAll(async () => {
  await client.stop()
  await db.drop()
})

let last = 0
const fresh = () => client.entity(ticket, `t${++last}`)

test('an entity starts, moves and tells its trail', async () => {
  const t = fresh()
  expect(await t.state()).toBeNull()
  await expect(t.get()).rejects.toBeInstanceOf(EntityNotFoundError)
  const started = await t.start({ by: 'ada', claimedBy: 'a.l.', metadata: { n: 1 }, notes: 'mail' })
  expect(started).toEqual({ id: expect.any(String), state: 'open', started: true })
  const took = await t.transition('take', { by: 'ada', expectedState: 'open', set: { m: [2] } })
  expect(took).toEqual({
    ...{ instanceId: started.id, seq: '2', from: 'open', state: 'working', name: 'take' },
    ...{ at: expect.any(Date), repeated: false },
  })
  await t.transitionTo('solved', { notes: 'cable', context: { part: 7 }, metadata: { k: null } })
  expect(await t.state()).toBe('solved')
  expect(await t.get()).toMatchObject({
    ...{ id: started.id, machine: 'ticket', version: '1', table: 'tickets', entityId: t.entityId },
    ...{ state: 'solved', status: 'live', metadata: { n: 1, m: [2] }, seq: '3', dueAt: null },
    ...{ createdAt: expect.any(Date), completedAt: null, timer: null },
  })
  const trail = await t.history()
  expect(trail.map(({ from, to, transition }) => [from, to, transition])).toEqual([
    [null, 'open', null],
    ['open', 'working', 'take'],
    ['working', 'solved', 'solve'],
  ])
  expect(trail[0]).toMatchObject({
    executedBy: 'ada',
    claimedBy: 'a.l.',
    notes: 'mail',
    spentMs: null,
  })
  expect(trail[1]).toMatchObject({ changes: { m: [2] }, version: '1', at: took.at })
  expect(trail[2]).toMatchObject({ notes: 'cable', context: { part: 7 }, metadata: { k: null } })
  expect(await t.verify()).toEqual({ ok: true, brokenAt: null, problem: null, rows: 3 })
})

test('what is refused has a class, and says what would be', async () => {
  const t = fresh()
  await expect(t.transition('take')).rejects.toBeInstanceOf(EntityNotFoundError)
  await t.start()
  const again = await t.start().catch((error: unknown) => error)
  expect(again).toBeInstanceOf(ConflictError)
  expect(again).toMatchObject({ code: 'MR018', message: expect.stringContaining('if_exists') })
  expect(await t.start({ ifExists: 'return' })).toMatchObject({ state: 'open', started: false })
  const wrong = await t.transition('solve').catch((error: unknown) => error)
  expect(wrong).toBeInstanceOf(TransitionNotAllowedError)
  expect(wrong).toMatchObject({ code: 'MR013', details: { state: 'open', allowed: ['take'] } })
  const late = await t
    .transition('take', { expectedState: 'solved' })
    .catch((error: unknown) => error)
  expect(late).toBeInstanceOf(TransitionConflictError)
  expect(late).toMatchObject({ code: 'MR012', details: { state: 'open' } })
})

test('names that are nobody’s are refused, and who is not named is a role', async () => {
  const t = fresh()
  for (const name of ['role:postgres', 'millrace:timer', '', 'a'.repeat(257)])
    for (const [option, who] of Object.entries({
      by: { by: name },
      claimedBy: { claimedBy: name },
    }))
      for (const asked of [() => t.start(who), () => t.transition('take', who)]) {
        const error = await asked().catch((refused: unknown) => refused)
        expect(error).toBeInstanceOf(InvalidInputError)
        expect((error as Error).message).toContain(option)
      }
  await expect(t.transitions({ by: 'role:postgres' })).rejects.toThrow('"role:postgres"')
  await t.start()
  await t.transition('take', { by: 'a'.repeat(256) })
  expect((await t.history()).map(({ executedBy }) => executedBy)).toEqual([
    ...[expect.stringMatching(/^role:/), 'a'.repeat(256)],
  ])
})

test('of many at once in one process one wins; the others hear of a conflict always where they said what they saw', async () => {
  for (const seen of [{ expectedState: 'open' as const }, {}]) {
    const t = fresh()
    await t.start()
    const asked = Array.from({ length: 20 }, (_, i) =>
      t.transition('take', { by: `p${i}`, ...seen }).then(
        () => null,
        (error: { code: string; details: object }) => error,
      ),
    )
    const lost = (await Promise.all(asked)).filter((error) => error !== null)
    expect(lost).toHaveLength(19)
    const codes = new Set(lost.map(({ code }) => code))
    if ('expectedState' in seen) expect([...codes]).toEqual(['MR012'])
    // whoever's turn came when the first was through is told what leaves that state
    else for (const code of codes) expect(['MR012', 'MR013']).toContain(code)
    const [, winner] = await t.history()
    for (const { details } of lost)
      expect(details).toMatchObject({ state: 'working', moved_by: winner?.executedBy })
    expect(await t.history()).toHaveLength(2)
  }
})

test('what is allowed to whom, and why not', async () => {
  const t = fresh()
  await expect(t.transitions()).rejects.toBeInstanceOf(EntityNotFoundError)
  const { id: instanceId } = await t.start()
  await t.transition('take')
  const [solve, grow] = await t.transitions({ by: 'ada', roles: ['agent'] })
  expect(solve).toMatchObject({
    ...{
      name: 'solve',
      to: 'solved',
      allowed: false,
      reason: expect.stringMatching(/reason|notes/),
    },
    ...{ conditions: {}, context: {}, notEnforced: [], stateMetadata: {} },
  })
  expect(grow).toMatchObject({ name: 'grow', to: 'working', allowed: true, reason: null })
  const [noted] = await client.getTransitions({ instanceId, notes: 'cable' })
  expect(noted).toMatchObject({ name: 'solve', allowed: true, reason: null })
})

test('what cannot be is refused before anything is asked', async () => {
  const t = fresh()
  const bad = (call: Promise<unknown>, says: string) =>
    expect(call).rejects.toMatchObject({ code: 'MR001', message: expect.stringContaining(says) })
  expect(() => client.entity(ticket, '')).toThrow('entityId')
  expect(() => client.entity({ id: 'x' } as never, '1')).toThrow('no machine')
  expect(() => client.entity(ticket, '1', { tabel: 'x' } as never)).toThrow('"table"')
  await bad(t.start({ metadta: {} } as never), '"metadata"')
  await bad(t.start({ metadata: [1] as never }), 'not an object')
  await bad(t.start({ ifExists: 'maybe' as never }), '"maybe"')
  await bad(t.transition('take', { roles: 'agent' as never }), 'array of texts')
  await bad(t.transition('take', { by: 'x'.repeat(257) }), '256')
  await bad(t.transition('take', { idempotencyKey: '$1' }), '"$"')
  await bad(t.transition('take', { set: { at: 1 }, expected: 'x' } as never), '"expected"')
  await bad(client.transition({ instanceId: 'x', name: 'take' }), 'UUID')
  await bad(client.transition({ instanceId: crypto.randomUUID() } as never), 'one of the two')
  await bad(client.getEntities({ status: 'open' as never }), '"open"')
  await bad(client.getEntities({ limit: 101 }), '101')
  await expect(t.start({ metadata: { f: () => 1 } as never })).rejects.toMatchObject({
    code: 'MR002',
  })
})

test('the same key is the same, whoever sends it when', async () => {
  const t = fresh()
  const { id } = await t.start({ idempotencyKey: 's' })
  const done = await t.transition('take', { idempotencyKey: 'k' })
  expect(await t.transition('take', { idempotencyKey: 'k' })).toEqual({ ...done, repeated: true })
  await expect(t.transition('grow', { idempotencyKey: 'k' })).rejects.toMatchObject({
    code: 'MR010',
  })
  await t.transition('solve', { notes: 'n' })
  await t.transition('close')
  expect(await t.start({ idempotencyKey: 's' })).toMatchObject({ id, started: false })
  expect(await t.transition('take', { idempotencyKey: 'k' })).toEqual({ ...done, repeated: true })
  // the last one is meant where none is live, and may be reopened
  expect((await t.transition('reopen')).instanceId).toBe(id)
})

test('by the id of an instance; pages of its trail', async () => {
  const t = fresh()
  const { id: instanceId } = await t.start()
  await client.transition({ instanceId, name: 'take' })
  for (let i = 0; i < 4; i++) await client.transition({ instanceId, toState: 'working' })
  const first = await client.getHistory({ instanceId, limit: 4 })
  expect(first.items.map(({ seq }) => seq)).toEqual(['1', '2', '3', '4'])
  expect(first).toMatchObject({ hasMore: true, nextCursor: '4' })
  const rest = await client.getHistory({ instanceId, limit: 4, startingAfter: first.nextCursor })
  expect(rest.items.map(({ seq }) => seq)).toEqual(['5', '6'])
  expect(rest).toMatchObject({ hasMore: false, nextCursor: null, hasPrev: true })
  expect(await client.getEntity({ instanceId })).toMatchObject({ state: 'working', seq: '6' })
  expect(await client.verifyHistory({ instanceId })).toMatchObject({ ok: true, rows: 6 })
})

test('in a transaction of the caller: with it, or not at all', async () => {
  const tx = await db.pool.connect()
  try {
    const t = fresh()
    await tx.query('begin')
    await t.start({ tx })
    await t.transition('take', { tx })
    expect(await t.state({ tx })).toBe('working')
    expect(await t.state()).toBeNull()
    await tx.query('rollback')
    expect(await t.state()).toBeNull()
    await tx.query('begin')
    await t.start({ tx })
    await tx.query('commit')
    expect(await t.state()).toBe('open')
  } finally {
    tx.release()
  }
})

describe('many at once', () => {
  test('travel together, and each hears of its own', async () => {
    const calls: string[] = []
    const pool = lossyPool(db.url, Number.POSITIVE_INFINITY)
    const { query } = pool
    pool.query = ((...args: [{ text: string }]) => {
      calls.push(args[0].text)
      return (query as (...a: unknown[]) => unknown)(...args)
    }) as never
    const own = new WorkflowClient({ pool })
    const many = Array.from({ length: 120 }, (_, i) => own.entity(ticket, `many ${i}`))
    await Promise.all(many.map((t) => t.start()))
    const moved = await Promise.allSettled(
      many.map((t, i) => t.transition(i % 10 === 0 ? 'close' : 'take')),
    )
    expect(moved.map(({ status }) => status)).toEqual(
      many.map((_, i) => (i % 10 === 0 ? 'rejected' : 'fulfilled')),
    )
    const sent = (name: string) => calls.filter((text) => text.includes(`millrace.${name}(`)).length
    expect(sent('start_entities')).toBeLessThan(5)
    expect(sent('execute_transitions')).toBeLessThan(5)
    await own.stop()
    await pool.end()
  })

  test('replies that are lost: each is done once, and told as done', async () => {
    const pool = lossyPool(db.url, 2, 'ordinal, instance_id')
    const own = new WorkflowClient({ pool })
    const moves = async (t: ReturnType<typeof fresh>) => {
      const started = await t.start()
      const done = [await t.transition('take')]
      for (let i = 0; i < 19; i++) done.push(await t.transition('grow'))
      return [started.started, ...done.map(({ seq, repeated }) => [seq, repeated])]
    }
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => moves(own.entity(ticket, `lost ${i}`))),
    )
    const seqs = Array.from({ length: 20 }, (_, i) => [String(i + 2), false])
    expect(all).toEqual(all.map(() => [true, ...seqs]))
    expect(pool.lost).toBeGreaterThan(5)
    const whole = await client.entity(ticket, 'lost 0').verify()
    expect(whole).toMatchObject({ ok: true, rows: 21 })
    await own.stop()
    await pool.end()
  })
})

test('lists, counts and times', async () => {
  const others = client.entity('ticket', 'elsewhere', { table: 'other' })
  await others.start()
  await others.transition('take')
  const { items } = await client.getEntities({ machine: 'ticket', table: 'other', status: 'live' })
  expect(items).toMatchObject([{ entityId: 'elsewhere', table: 'other', state: 'working' }])
  const first = await client.getEntities({ machine: 'ticket', limit: 3 })
  expect(first).toMatchObject({ hasMore: true, hasPrev: false, items: { length: 3 } })
  const next = await client.getEntities({ limit: 3, startingAfter: first.nextCursor })
  expect(next.hasPrev).toBe(true)
  const back = await client.getEntities({ limit: 3, endingBefore: next.prevCursor })
  expect(back.items.map(({ id }) => id)).toEqual(first.items.map(({ id }) => id))
  const counts = await client.countEntities({ machine: 'ticket', table: 'other' })
  expect(counts).toContainEqual({ state: 'working', final: false, count: 1 })
  const times = await client.getStateTimes({ machine: 'ticket' })
  expect(times.map(({ state }) => state)).toEqual(['closed', 'open', 'solved', 'working'])
  expect(times[1]).toMatchObject({ averageMs: expect.any(Number), p95Ms: expect.any(Number) })
  expect((await client.getSlaBreaches({ machine: 'ticket' })).items).toEqual([])
  await db.advanceClock(2 * 3_600_000)
  const late = await client.getSlaBreaches({ machine: 'ticket', table: 'other' })
  expect(late.items).toMatchObject([{ entityId: 'elsewhere', slaMs: 3_600_000 }])
  expect(late.items[0]?.lateMs).toBeGreaterThanOrEqual(3_600_000)
  await expect(client.countEntities({ machine: 'nothing' })).rejects.toMatchObject({
    code: 'MR040',
  })
})

test('who belongs to another tenant is not there', async () => {
  await client.registerTenant({ slug: 'second' })
  const second = client.forTenant('second')
  const t = fresh()
  const { id: instanceId } = await t.start()
  const foreign = [
    () => second.entity(ticket, t.entityId).get(),
    () => second.entity(ticket, t.entityId).transition('take'),
    () => second.getEntity({ instanceId }),
    () => second.transition({ instanceId, name: 'take' }),
    () => second.getHistory({ instanceId }),
    () => second.verifyHistory({ instanceId }),
  ]
  for (const call of foreign) await expect(call()).rejects.toMatchObject({ code: 'MR043' })
  await expect(second.countEntities({ machine: 'ticket' })).rejects.toMatchObject({ code: 'MR040' })
  expect((await second.getEntities()).items).toEqual([])
  expect(await t.state()).toBe('open')
})

test('a migration goes on until none is left', async () => {
  await client.putWorkflow(newer)
  const t = fresh()
  await t.start()
  const versions = { machine: 'ticket', fromVersion: '1', toVersion: '2' }
  const dry = await client.migrateEntities({ ...versions, dryRun: true })
  expect(dry.states[0]).toMatchObject({ from: 'open', to: null })
  await expect(client.migrateEntities(versions)).rejects.toMatchObject({
    ...{ code: 'MR001', details: { states: ['open'] } },
  })
  const done = await client.migrateEntities({ ...versions, mapping: { open: 'fresh' }, by: 'ada' })
  expect(done).toMatchObject({ migrated: dry.remaining, remaining: 0 })
  expect(await t.get()).toMatchObject({ version: '2', state: 'fresh', seq: '2' })
  expect(await t.verify()).toMatchObject({ ok: true })
  // a start by the definition is in its version, one by the name in the last that was put
  expect(await client.entity('ticket', 'last').start()).toMatchObject({ state: 'fresh' })
  expect(await fresh().start()).toMatchObject({ state: 'open' })
})

test('a migration beside those who move: all arrive, each trail is whole', async () => {
  const loop = (version: string, first: string) =>
    defineMachine({
      name: 'loop',
      version,
      states: { [first]: { initial: true }, b: {}, c: {}, end: { final: true } } as Record<
        string,
        { initial?: boolean; final?: boolean }
      >,
      transitions: {
        next: { from: first, to: 'b' },
        on: { from: 'b', to: 'c' },
        back: { from: 'c', to: first },
        stop: { from: 'c', to: 'end' },
      },
    })
  await client.putWorkflow(loop('1', 'a'))
  const all = Array.from({ length: 40 }, (_, i) => client.entity('loop', `l${i}`))
  await Promise.all(all.map((t) => t.start({ version: '1' })))
  await client.putWorkflow(loop('2', 'first'))
  let going = true
  let moved = 0
  const names = ['next', 'on', 'back']
  const move = async (t: (typeof all)[number], nth: number) => {
    for (let i = nth; going; i++) {
      const did = await t
        .transition(names[i % 3] as string)
        .catch((error: { code: string }) => error)
      if ('code' in did) expect(['MR012', 'MR013']).toContain(did.code)
      else moved++
    }
  }
  const movers = all.flatMap((t, i) => [move(t, i), move(t, i + 1)])
  await until('they move', () => moved > 200)
  const versions = { machine: 'loop', fromVersion: '1', toVersion: '2', mapping: { a: 'first' } }
  const done = await client.migrateEntities(versions)
  going = false
  await Promise.all(movers)
  expect(done).toMatchObject({ migrated: all.length, remaining: 0 })
  for (const t of all) {
    expect(await t.get()).toMatchObject({ version: '2' })
    expect(await t.verify()).toMatchObject({ ok: true })
  }
})
