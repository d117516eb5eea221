import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import type { TestDatabase } from '../support/database.ts'
import { startEngine } from '../support/engine.ts'
import { startTenants } from '../support/tenants.ts'
import { until } from '../support/until.ts'

const LONG = { timeout: 20_000 }
const minute = { timeout: 60_000 }
const review = workflow('review', ({ input }) => input)

/** new -> late after so long, and what is done then. */
function define(db: TestDatabase, after: string, actions: object[] = [], tenant = 'default') {
  const document = {
    workflow: { name: 'ticket' },
    states: [{ name: 'new', initial: true }, { name: 'open' }, { name: 'late', final: true }],
    transitions: [
      { from: 'new', to: 'open', name: 'take', actions },
      { from: ['new', 'open'], to: 'late', name: 'expire', after, actions },
    ],
  }
  return db.query('select * from millrace.define_machine($1, $2)', [
    JSON.stringify(document),
    JSON.stringify({ tenant }),
  ])
}
const stateOf = (db: TestDatabase, id: string) =>
  db.value<string>('select state from millrace.entities where id = $1', [id])
const lateness = (db: TestDatabase, id: string) =>
  db.value<number>(
    `select (extract(epoch from b.executed_at - a.executed_at) * 1000)::float8
     from millrace.entity_history a join millrace.entity_history b on b.instance_id = a.instance_id and b.seq = a.seq + 1
     where a.instance_id = $1 order by b.seq desc limit 1`,
    [id],
  )

test(
  'an idle worker moves an entity at its time, though it polls seldom, and runs what is started',
  minute,
  async () => {
    await using t = await startEngine([review], { pollInterval: '30 s' })
    await define(t.db, '0.7 s', [{ start: 'review', input: '{{ entity.id }}' }])
    // it rests until something is heard
    const resting = 'select exists (select from millrace.idle_workers)'
    await until('it is idle', () => t.db.value<boolean>(resting), LONG)
    const { id } = await t.engine.entity('ticket', '7', { table: 'tickets' }).start()
    await until('it has moved', async () => (await stateOf(t.db, id)) === 'late', LONG)
    const ms = await lateness(t.db, id)
    expect(ms).toBeGreaterThanOrEqual(700)
    expect(ms).toBeLessThan(15_000)
    const done = async () => (await t.engine.getRuns({ tags: [`entity:${id}`] })).items[0]
    await until('its run is through', async () => (await done())?.status === 'completed', LONG)
    expect((await done())?.output).toBe('7')
  },
)

test(
  'a worker of all tenants moves those of each, and of none that is suspended',
  minute,
  async () => {
    await using t = await startTenants([], { pollInterval: '30 s' })
    const start = async (slug: string) => {
      const { client } = await t.tenant(slug)
      await define(t.db, '0.5 s', [], slug)
      return (await client.entity('ticket', '1', { table: 'tickets' }).start()).id
    }
    const off = await start('off')
    await t.db.query(`select millrace.suspend_tenant('off')`)
    const on = await Promise.all(['ada', 'bob'].map(start))
    for (const id of on)
      await until('it has moved', async () => (await stateOf(t.db, id)) === 'late', LONG)
    const rests = `select (timer -> 'rests') is not null from millrace.entities where id = $1`
    await until('it rests', () => t.db.value<boolean>(rests, [off]), LONG)
    expect(await stateOf(t.db, off)).toBe('new')
    await t.db.query(`select millrace.resume_tenant('off')`)
    await until('it has moved', async () => (await stateOf(t.db, off)) === 'late', LONG)
  },
)

test(
  'a webhook hears of a transition once it is committed, not with the next round of its own',
  minute,
  async () => {
    const came: string[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      came.push(body)
      response.writeHead(200).end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await using t = await startEngine(
      [],
      { pollInterval: '30 s' },
      { http: { allow: ['127.0.0.1'] } },
    )
    const url = `http://127.0.0.1:${port}/hook`
    // the first of a tenant looks each second
    await t.engine.putWebhook({ id: 'first', url, events: ['run.failed'] })
    await t.engine.putWebhook({ id: 'told', url, events: ['entity.transition'] })
    const waits = `select due_at > now() + interval '1 minute' from millrace.webhooks where name = 'told'`
    await until('it has nothing to do', () => t.db.value<boolean>(waits), LONG)
    await define(t.db, '1 hour', [{ webhook: 'told' }])
    const { id } = await t.engine.entity('ticket', '7', { table: 'tickets' }).start()
    await t.engine.transition({ instanceId: id, name: 'take', by: 'ada' })
    await until('it came', () => came.length > 0, LONG)
    expect(came.map((body) => JSON.parse(body))).toMatchObject([
      {
        type: 'entity.transition',
        data: { entity: { id: '7', state: 'open' }, transition: { by: 'ada' } },
      },
    ])
    await t.engine.stop()
    server.closeAllConnections()
    server.close()
  },
)
