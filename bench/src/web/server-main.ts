import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { WorkflowClient, WorkflowEngine, workflow } from 'millrace'
import { createServer } from 'millrace/server'
import pg from 'pg'
import type { Route, WebReady, WebTask } from './messages.ts'

// A process of its own, started by workloads/http.ts: the server whose requests are timed, and nothing else.

const task = JSON.parse(process.argv[2] as string) as WebTask
const json = { 'content-type': 'application/json' }
const body = JSON.stringify({ k: 1 })
const ready = task.side === 'millrace' ? await millrace(task) : await bare(task)
process.send?.(ready)

/** Ours: no worker, so that what is timed is the server. */
async function millrace({ url, listed }: WebTask): Promise<WebReady> {
  const one = workflow('one', async ({ input }) => input)
  const worker = new WorkflowEngine({ connectionString: url, workflows: [one] })
  // registers it, and is gone before anything is started
  await worker.start()
  await worker.stop()
  const client = new WorkflowClient({ connectionString: url })
  for (const kind of ['read', 'start', 'webhook'] as const) {
    await client.putQuota(`${kind}_per_minute`, null)
  }
  for (let i = 0; i < listed; i += 1000) {
    await client.startWorkflows(
      one,
      Array.from({ length: 1000 }, (_, k) => ({ input: { k } })),
    )
  }
  const { key } = await client.createKey({ name: 'bench', scopes: ['runs:read', 'runs:write'] })
  const hook = await client.putWebhook({ id: 'bench', workflowId: 'one', scheme: 'github' })
  const server = createServer(client)
  const listening = await server.listen({ port: 0 })
  const auth = { authorization: `Bearer ${key}` }
  const routes: Route[] = [
    {
      ...{ name: 'execute', method: 'POST', path: '/api/definitions/one/runs', status: 201 },
      ...{ headers: { ...json, ...auth }, body: JSON.stringify({ input: { k: 1 } }) },
      signedWith: null,
    },
    {
      ...{ name: 'list', method: 'GET', path: '/api/runs?limit=25', status: 200 },
      ...{ headers: auth, body: null, signedWith: null },
    },
    {
      ...{ name: 'webhook', method: 'POST', path: `/webhooks/${hook.path}`, status: 202 },
      ...{ headers: json, body, signedWith: hook.secret as string },
    },
  ]
  return { port: Number(new URL(listening.url).port), routes }
}

/** The least that a program does that keeps what it is sent: a route, and a row. */
async function bare({ url }: WebTask): Promise<WebReady> {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  await pool.query(
    'create table rows (id bigint generated always as identity primary key, data jsonb)',
  )
  const app = new Hono()
  app.post('/rows', async (c) => {
    const data = JSON.stringify(await c.req.json())
    const { rows } = await pool.query('insert into rows (data) values ($1) returning id', [data])
    return c.json({ id: rows[0].id }, 202)
  })
  const port = await new Promise<number>((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => resolve(info.port))
  })
  const insert: Route = {
    ...{ name: 'a bare route that inserts a row', method: 'POST', path: '/rows', status: 202 },
    ...{ headers: json, body, signedWith: null },
  }
  return { port, routes: [insert] }
}
