import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { millrace } from '../cli/millrace.ts'
import { createDatabase } from '../support/database.ts'
import { connectStdio } from '../support/mcp.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const env = (url: string) => ({ PATH: process.env.PATH ?? '', DATABASE_URL: url })

test('millrace mcp serves stdin and stdout, and ends with them', async () => {
  await using db = await createDatabase({ testClock: false })
  await db.query(`select millrace.register_workflow(1, 'order', '1', '{}')`)
  const client = await connectStdio(process.execPath, [main, 'mcp', '--by', 'ada'], env(db.url))
  const started = await client.call('start_workflow', { workflow_id: 'order', input: 1 })
  expect(started).toMatchObject({ workflow_id: 'order', status: 'pending', input: 1 })
  await client.call('cancel_workflow', { run_id: started.id, reason: 'no' })
  const { entries } = await client.call('get_timeline', { run_id: started.id })
  expect(entries).toMatchObject([{ status: 'cancelled', by: 'ada', reason: 'no' }])
  expect(await client.call('get_run', { run_id: 'x' })).toMatchObject({ error: { code: 'MR001' } })
  await client.close()
}, 60_000)

test('an entity is moved by whom the command names, in the roles that it names', async () => {
  await using db = await createDatabase({ testClock: false })
  const document = {
    workflow: { name: 'door' },
    states: [
      { name: 'shut', initial: true },
      { name: 'open', final: true },
    ],
    transitions: [{ from: 'shut', to: 'open', name: 'open_it', requires_role: 'porter' }],
  }
  await db.query('select millrace.define_machine($1)', [JSON.stringify(document)])
  const serve = (...args: string[]) =>
    connectStdio(process.execPath, [main, 'mcp', ...args], env(db.url))
  const [nobody, ada] = [await serve('--by', 'bob'), await serve('--by', 'ada', '--role', 'porter')]
  const place = { machine: 'door', entity_id: '1' }
  await nobody.call('start_entity', place)
  const move = { ...place, name: 'open_it' }
  expect(await nobody.call('transition', move)).toMatchObject({ error: { code: 'MR013' } })
  expect(await ada.call('transition', move)).toMatchObject({ state: 'open' })
  const { entries } = await ada.call('get_history', place)
  expect(entries).toMatchObject([{ executed_by: 'bob' }, { executed_by: 'ada' }])
  await Promise.all([nobody.close(), ada.close()])
}, 60_000)

test('with --read-only there are no tools that change anything', async () => {
  await using db = await createDatabase({ testClock: false })
  const client = await connectStdio(process.execPath, [main, 'mcp', '--read-only'], env(db.url))
  const names = await client.tools()
  expect(names).toContain('get_runs')
  expect(names.filter((name) => !/^(get|check)_/.test(name))).toEqual([])
  await client.close()
}, 60_000)

test('without a database it says so, and is over', async () => {
  const { code, stderr } = await millrace(['mcp'], { cwd: '/' })
  expect([code, stderr]).toEqual([2, expect.stringContaining('DATABASE_URL')])
}, 60_000)
