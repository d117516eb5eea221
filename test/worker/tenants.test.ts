import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineGraph } from '../../src/graph/index.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

let server: Server
let url: string

beforeAll(async () => {
  server = createServer((request, response) => response.end(request.headers['x-token'] as string))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

test('graphs read the secrets that were put: as they are at each attempt, and nobody else’s', async () => {
  const heard: (string | undefined)[] = []
  server.on('request', ({ headers }) => heard.push(headers['x-token'] as string))
  const call = defineGraph({
    $schema: 'https://millrace.dev/schema/graph.json',
    name: 'call',
    steps: [
      { id: 'a', type: 'http', config: { url, headers: { 'x-token': '{{ secrets.token }}' } } },
    ],
  })
  await using t = await startEngine(
    [call],
    {},
    {
      secretsKey: randomBytes(32).toString('base64'),
      secrets: (name) => (name === 'fixed' ? 'of the engine' : undefined),
      http: { allow: ['127.0.0.0/8'] },
    },
  )
  const run = async () => (await t.engine.startWorkflow(call, {})).result()
  await expect(run()).rejects.toThrow('no secret "token"')
  await t.engine.putSecret('token', 'hunter2')
  await run()
  await t.engine.putSecret('token', 'hunter3')
  await run()
  expect(heard).toEqual(['hunter2', 'hunter3'])
  // its row in another place, which whoever writes to the database could do
  await t.engine.putSecret('other', 'x')
  await t.db.query(
    `update millrace.secrets set sealed = (select sealed from millrace.secrets where name = 'other') where name = 'token'`,
  )
  await expect(run()).rejects.toThrow('changed, or is another')
  const kept = await t.db.query('select data from millrace.checkpoints')
  expect(JSON.stringify(kept)).not.toContain('hunter')
})

test('a worker dies while its tenant is suspended: the run waits, and then goes on', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const first = await p.spawn()
  const run = await p.client.startWorkflow(createWorkflowRef('held'), undefined)
  await until('it has begun', async () => (await p.effects()).length === 1)
  await p.client.suspendTenant({ slug: 'default', reason: 'unpaid' })
  first.kill('SIGKILL')
  const second = await p.spawn()
  const state = () =>
    p.db.value<string>(
      'select state::text from millrace.live where run_id = millrace.run_number($1)',
      [run.id],
    )
  await until('it was handed back', async () => (await state()) === 'q', { timeout: 30_000 })
  // the other lives on, and takes nothing
  const beats = new Set<string>()
  await until(
    'the other worker has renewed its lease twice',
    async () => {
      const rows = await p.db.query('select max(expires_at)::text as at from millrace.workers')
      beats.add(rows[0]?.at)
      return beats.size > 2
    },
    { timeout: 30_000 },
  )
  expect(await state()).toBe('q')
  expect(await p.effects()).toHaveLength(1)
  await p.client.resumeTenant({ slug: 'default' })
  await p.tell('go')
  expect(await run.result({ timeout: '30 s' })).toBe(second.pid)
  expect(await p.repeats()).toEqual([])
})
