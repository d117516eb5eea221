import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readConnectionString, startPostgres } from '../../src/embedded/index.ts'
import { fast, slow } from './fast.ts'
import { compileOwner, type Owner, spawnOwner, startOwner } from './owner-process.ts'
import { ask, makeRoom, processFields, serverIsGone, until } from './room.ts'

let program: string
let dataDir: string

beforeAll(async () => {
  program = await compileOwner()
  dataDir = join(await makeRoom(), 'pg')
}, slow.timeout)

describe('the end of the process that started a server', slow, () => {
  test('by kill -9 or by having no more to do: the server ends too, cleanly', async () => {
    const owner = await startOwner(program, dataDir)
    await ask(owner.connectionString, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await expectInterruptIsOurs(owner)

    owner.process.kill('SIGKILL')
    await until('the server is gone', () => serverIsGone(owner.pid))
    expect(await readConnectionString(dataDir)).toBeNull()
    const lines: string[] = []
    const next = await startPostgres({ dataDir, onLog: (line) => lines.push(line) })
    expect(await ask(next.connectionString, 'SELECT answer FROM kept')).toBe(42)
    await next.stop()
    expect(await once(spawnOwner([program, dataDir, 'leave']), 'exit')).toEqual([0, null])
    await until('the server is gone', async () => !(await readConnectionString(dataDir)))
    expect(lines.filter((line) => /not properly shut down/.test(line))).toEqual([])
  })

  test('kill -9 in the middle of initdb: the next start makes the cluster', async () => {
    const dataDir = join(await makeRoom(), 'pg')
    const owner = spawnOwner([program, dataDir])
    const halfMade = async () => {
      const names = await readdir(dirname(dataDir))
      return names.find((name) => name.startsWith(`${basename(dataDir)}.new-`))
    }
    const half = await until('initdb has begun', halfMade)
    await until('it has written', () => isThere(join(dirname(dataDir), half, 'pg')))
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const next = await startPostgres({ dataDir, settings: fast })
    expect(await ask(next.connectionString, 'SELECT 1')).toBe(1)
    expect(await halfMade()).toBeUndefined()
    await next.stop()
  })
})

describe('the end of the watchdog', slow, () => {
  test('by kill -9: stop() still stops the server, and the next start is as ever', async () => {
    const orphan = await startPostgres({ dataDir, settings: fast })
    const watchdog = Number(processFields(orphan.pid, 'ppid'))
    process.kill(watchdog, 'SIGKILL')
    await until('the watchdog is gone', () => serverIsGone(watchdog))
    expect(await ask(orphan.connectionString, 'SELECT 1')).toBe(1)
    await orphan.stop()
    expect(serverIsGone(orphan.pid)).toBe(true)

    const next = await startPostgres({ dataDir, settings: fast })
    process.kill(Number(processFields(next.pid, 'ppid')), 'SIGTERM')
    await until('a watchdog that is told to end ends its server', () => serverIsGone(next.pid))
    await next.stop()
  })
})

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Ctrl-C goes to the owner's process group, and the server is not in it. */
async function expectInterruptIsOurs(owner: Owner): Promise<void> {
  const group = owner.process.pid ?? 0
  expect(Number(processFields(owner.pid, 'pgid'))).not.toBe(group)
  expect(Number(processFields(owner.pid, 'sid'))).not.toBe(group)
  const heard = new Promise((done) => owner.process.stdout?.once('data', done))
  process.kill(-group, 'SIGINT')
  expect(String(await heard)).toContain('interrupted')
  expect(await ask(owner.connectionString, 'SELECT answer FROM kept')).toBe(42)
}
