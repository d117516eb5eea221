// A server that is killed under load loses nothing that it has acknowledged, and what is sent again with its key is done once.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { readAnswer } from '../support/server.ts'
import { until } from '../support/until.ts'

const HOOK = 'wh_0123456789abcdef01234567'
let db: TestDatabase
const children: ChildProcess[] = []
beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  await db.query(`select millrace.register_workflow(1, 'order', '1', '{}')`)
  await db.query(`select millrace.put_webhook('in', $1)`, [
    JSON.stringify({ workflow_id: 'order', scheme: 'none', path: HOOK }),
  ])
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await db?.drop()
})

async function spawn(): Promise<{ url: string; child: ChildProcess }> {
  const file = fileURLToPath(new URL('./fixtures/server.js', import.meta.url))
  const child = fork(file, [JSON.stringify({ url: db.url })], { execArgv: [], stdio: 'pipe' })
  children.push(child)
  const [url] = await once(child, 'message')
  return { url: url as string, child }
}

type Task = { readonly key: string; readonly path: string; readonly body: object }

/** The id of what it made; null without an answer. A server may say that another is at it. */
async function send(base: string, { key, path, body }: Task): Promise<string | null> {
  try {
    const response = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    const answer = await readAnswer(response)
    return answer.status < 300 ? (answer.body.id ?? answer.body.run_id) : null
  } catch {
    return null
  }
}

test('what was acknowledged is there, and each key has made one thing', async () => {
  const tasks = Array.from({ length: 300 }, (_, i): Task => {
    const start = { workflow_id: 'order', input: i, tags: [`t${i % 7}`] }
    const paths = ['/api/queues/mail', '/api/runs', `/webhooks/${HOOK}`]
    return { key: `k${i}`, path: paths[i % 3] as string, body: start }
  })
  const acknowledged = new Map<string, string>()
  const first = await spawn()
  const under = tasks.map(async (task) => {
    const id = await send(first.url, task)
    if (id !== null) acknowledged.set(task.key, id)
    if (acknowledged.size === 60) first.child.kill('SIGKILL')
  })
  await Promise.all(under)
  expect(acknowledged.size).toBeGreaterThanOrEqual(60)
  expect(acknowledged.size).toBeLessThan(tasks.length)
  // the lease of what the dead one was at is over at once for this test
  await db.query(
    `update millrace.requests set lease_until = clock_timestamp() where status is null`,
  )

  const second = await spawn()
  const made = new Map<string, string>()
  for (const task of tasks) {
    const id = await until(`${task.key} is answered`, () => send(second.url, task))
    made.set(task.key, id)
  }
  for (const [key, id] of acknowledged) expect([key, made.get(key)]).toEqual([key, id])
  expect(new Set(made.values()).size).toBe(tasks.length)
  expect(await db.value('select count(*)::int from millrace.runs')).toBe(tasks.length)
}, 60_000)
