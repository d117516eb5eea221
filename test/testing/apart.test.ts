import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { createTestEngine, startTestServer } from '../../src/testing/index.ts'
import { asAdmin } from '../support/database.ts'
import { makeServerRoom } from '../support/server-room.ts'
import { until } from '../support/until.ts'
import { openEngine } from './open-engine.ts'

test('engines beside each other do not see each other', async () => {
  const who = workflow('who', async ({ step, input }) => {
    await step.sleep('wait', '1 day')
    return input
  })
  const engines = await Promise.all(Array.from({ length: 3 }, () => openEngine([who])))
  await Promise.all(
    engines.map((engine, i) => engine.startWorkflow(who, i, { idempotencyKey: 'same' })),
  )
  await Promise.all(engines.slice(1).map((engine) => engine.clock.advance('1 day')))
  // of the first, whose clock stands, nobody has waited for anything
  await until('the first sleeps', async () => {
    const [run] = (await engines[0]?.getRuns())?.items ?? []
    return run?.status === 'waiting'
  })
  for (const [i, engine] of engines.entries()) {
    const { items } = await engine.getRuns()
    expect(items.map(({ input, status }) => [input, status])).toEqual([
      [i, i === 0 ? 'waiting' : 'completed'],
    ])
  }
})

test('the database goes with the engine', async () => {
  const name = workflow('name', ({ step }) =>
    step.transaction('ask', async (tx) => {
      const { rows } = await tx.query('select current_database() as name')
      return String(rows[0].name)
    }),
  )
  const engine = await openEngine([name])
  const database = await (await engine.startWorkflow(name, null)).result()
  expect(database).toMatch(/^millrace_test_/)
  await engine.stop()
  await engine.stop()
  await expect(asAdmin(`drop database ${database}`)).rejects.toThrow('does not exist')
})

test('an ordinary role that may create databases will do', async () => {
  const role = `tester_${process.pid}`
  await asAdmin(`create role ${role} login createdb password 'x'`)
  const databaseUrl = Object.assign(new URL(inject('adminUrl')), { username: role, password: 'x' })
  const nap = workflow('nap', ({ step }) => step.sleep('nap', '1 day'))
  await using engine = await openEngine([nap], { databaseUrl: databaseUrl.href })
  const run = await engine.startWorkflow(nap, null)
  await engine.crash()
  await engine.clock.advance('1 day')
  expect((await run.refresh()).status).toBe('completed')
})

test('a database that a killed test left behind goes after an hour', async () => {
  const name = `millrace_test_${(Date.now() - 2 * 3_600_000).toString(36)}_ab12`
  await asAdmin(`create database ${name}`)
  // a server that this process has not seen yet: another name for the same one
  const url = new URL(inject('adminUrl'))
  url.searchParams.set('application_name', 'sweep')
  const engine = await createTestEngine({ workflows: [], databaseUrl: url.href })
  await engine.stop()
  await expect(asAdmin(`drop database ${name}`)).rejects.toThrow('does not exist')
})

test('without a server it embeds one, for all engines of a folder', {
  timeout: 60_000,
}, async () => {
  const room = await makeServerRoom()
  await startTestServer({ dataDir: room.dataDir })
  const create = () => createTestEngine({ workflows: [], dataDir: room.dataDir })
  const engines = await Promise.all([create(), create()])
  const pid = await serverPid(room.dataDir)
  await Promise.all(engines.map((engine) => engine.stop()))

  process.kill(pid, 'SIGINT')
  await until('the server has ended', () => !existsSync(join(room.dataDir, 'postmaster.pid')))
  const later = await until('there is another', () => create().catch(() => null))
  await later.stop()

  process.kill(await serverPid(room.dataDir), 'SIGINT')
  await until('that has ended as well', () => !existsSync(join(room.dataDir, 'postmaster.pid')))
  await room.remove()
})

async function serverPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0])
}
