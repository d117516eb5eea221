import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpWorkflowClient } from '../../../src/client/http/index.ts'
import { defineMachine } from '../../../src/entity/define-machine.ts'
import {
  ConflictError,
  EntityNotFoundError,
  InvalidInputError,
  TransitionConflictError,
  TransitionNotAllowedError,
} from '../../../src/model/errors.ts'
import { principals, useServer } from '../../support/server.ts'

const t = useServer()
Object.assign(principals, {
  agent: { ...principals.ada, subject: 'agent', roles: ['admin', 'agent'] },
})
const ticket = defineMachine({
  name: 'ticket',
  table: 'tickets',
  states: {
    open: { initial: true, sla: '1 hour' },
    working: {},
    solved: { final: true },
  },
  transitions: {
    take: { from: 'open', to: 'working' },
    solve: { from: 'working', to: 'solved', requiresRole: 'agent' },
  },
})
let http: HttpWorkflowClient

/** A client whose answers to writes get lost, each once, after the server has done what it was asked. */
function lossy(token = 'ada'): HttpWorkflowClient {
  const lost = new Set<string>()
  const fetch = async (url: string, init: RequestInit) => {
    const answer = await t.server.fetch(new Request(url, init))
    const place = `${init.method} ${url} ${init.body}`
    if (init.method === 'GET' || lost.has(place)) return answer
    lost.add(place)
    throw new TypeError('fetch failed')
  }
  return new HttpWorkflowClient({
    ...{ baseUrl: 'http://localhost', token, fetch: fetch as never },
  })
}

beforeAll(async () => {
  await t.engine.putWorkflow(ticket)
  http = lossy()
})
afterAll(() => http?.close())

test('an entity is started, moved, read and verified as over the database', async () => {
  const [here, there] = [http.entity(ticket, '1'), t.engine.entity(ticket, '1')]
  expect(await here.state()).toBeNull()
  const started = await here.start({ metadata: { aB: 1 }, notes: 'new', claimedBy: 'cron' })
  expect(started).toEqual({ id: expect.any(String), state: 'open', started: true })
  await expect(here.start()).rejects.toThrow(ConflictError)
  expect(await here.start({ ifExists: 'return' })).toEqual({ ...started, started: false })
  const moved = await here.transition('take', { context: { aB: 2 }, set: { cD: 3 } })
  expect(moved).toMatchObject({ seq: '2', from: 'open', state: 'working', repeated: false })
  expect(moved.at).toBeInstanceOf(Date)
  expect(await here.get()).toEqual(await there.get())
  expect((await here.get()).metadata).toEqual({ aB: 1, cD: 3 })
  expect(await here.state()).toBe('working')
  expect(await here.history()).toEqual(await there.history())
  expect(await here.verify()).toEqual({ ok: true, brokenAt: null, problem: null, rows: 2 })
  expect(await http.getEntity({ instanceId: started.id })).toEqual(await there.get())
  expect(await http.verifyHistory({ instanceId: started.id })).toEqual(await there.verify())
  const page = await http.getHistory({ instanceId: started.id, limit: 1 })
  expect(page.items).toEqual((await here.history()).slice(0, 1))
  const { nextCursor } = page
  const next = await http.getHistory({ instanceId: started.id, startingAfter: nextCursor })
  expect(next.items).toEqual((await here.history()).slice(1))
})

test('where it may go, and refusals, are typed', async () => {
  const entity = http.entity(ticket, '2')
  await expect(entity.get()).rejects.toThrow(EntityNotFoundError)
  const { id: instanceId } = await entity.start()
  await entity.transitionTo('working')
  const [way] = await entity.transitions()
  expect(way).toMatchObject({ name: 'solve', to: 'solved', allowed: false, notEnforced: [] })
  expect(await http.getTransitions({ instanceId })).toEqual([way])
  await expect(entity.transition('solve')).rejects.toThrow(TransitionNotAllowedError)
  const late = http.transition({ instanceId, name: 'take', expectedState: 'open' })
  await expect(late).rejects.toThrow(TransitionConflictError)
  await expect(http.transition({ instanceId } as never)).rejects.toThrow(InvalidInputError)
  for (const none of [undefined, { id: 'ticket', version: '1', kind: 'graph' }])
    expect(() => http.entity(none as never, '2')).toThrow(InvalidInputError)
  const inside = entity.transition('solve', { tx: {} as never })
  await expect(inside).rejects.toMatchObject({ code: 'MR003' })
  for (const who of [{ by: 'grace' }, { roles: ['agent'] }]) {
    const forged = http.transition({ instanceId, toState: 'solved', ...who })
    await expect(forged).rejects.toMatchObject({ code: 'MR003' })
  }
  const agent = lossy('agent')
  const done = await agent.transition({ instanceId, toState: 'solved', claimedBy: 'grace' })
  await agent.close()
  expect(done).toMatchObject({ name: 'solve', state: 'solved' })
  const last = (await entity.history()).at(-1)
  expect(last).toMatchObject({ executedBy: 'agent', claimedBy: 'grace' })
})

test('lists, counts, times and migrations as over the database', async () => {
  const next = defineMachine({
    ...{ name: 'ticket', version: '2', table: 'tickets' },
    states: { open: { initial: true, sla: '1 hour' }, working: {}, done: { final: true } },
    transitions: {
      take: { from: 'open', to: 'working' },
      finish: { from: 'working', to: 'done' },
    },
  })
  await http.entity(ticket, '3').start()
  await t.db.query(`update millrace.entities set entered_at = entered_at - interval '1 day'`)
  const machine = 'ticket'
  const filter = { machine, status: 'live', limit: 1 } as const
  expect(await http.getEntities(filter)).toEqual(await t.engine.getEntities(filter))
  expect(await http.countEntities({ machine })).toEqual(await t.engine.countEntities({ machine }))
  const since = new Date(0)
  expect(await http.getStateTimes({ machine, since })).toEqual(
    await t.engine.getStateTimes({ machine, since }),
  )
  const [late] = (await http.getSlaBreaches({ machine })).items
  expect(late).toMatchObject({ entityId: '3', slaMs: 3_600_000, lateMs: expect.any(Number) })
  expect((await http.putWorkflow(next)).created).toBe(true)
  const move = { machine, fromVersion: '1', toVersion: '2', mapping: { solved: 'done' } }
  const plan = await http.migrateEntities({ ...move, dryRun: true })
  expect(plan).toEqual(await t.engine.migrateEntities({ ...move, dryRun: true }))
  const done = await http.migrateEntities(move)
  expect(done.migrated).toBeGreaterThan(0)
  expect((await http.entity('ticket', '3', { table: 'tickets' }).get()).version).toBe('2')
})
