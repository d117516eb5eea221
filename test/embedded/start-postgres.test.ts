import { execFileSync } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type EmbeddedPostgres,
  isEmbeddedDataDir,
  readConnectionString,
  startPostgres,
} from '../../src/embedded/index.ts'
import { slow } from './fast.ts'
import { ask, makeRoom, serverIsGone, until } from './room.ts'

describe('a server of our own', slow, () => {
  const lines: string[] = []
  let dataDir: string
  let first: EmbeddedPostgres

  const handlers = () =>
    ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'].map((name) => process.listenerCount(name))
  const handlersBefore = handlers()

  beforeAll(async () => {
    dataDir = join(await makeRoom(), '.millrace', 'pg')
    expect(await isEmbeddedDataDir(dataDir)).toBe(false)
    expect(await readConnectionString(dataDir)).toBeNull()
    first = await startPostgres({ dataDir, onLog: (line) => lines.push(line) })
    return () => first.stop()
  }, slow.timeout)

  test('serves the database millrace to the superuser', async () => {
    const url = first.connectionString
    expect(url).toMatch(
      new RegExp(`^postgresql://postgres:.{32}@127.0.0.1:${first.port}/millrace$`),
    )
    expect(await ask(url, 'SELECT current_database()')).toBe('millrace')
    expect(await ask(url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toBe(true)
    expect(await ask(url, 'SHOW server_version')).toBe(first.version)
    expect(await isEmbeddedDataDir(dataDir)).toBe(true)
    expect(await readConnectionString(dataDir)).toBe(url)
  })

  test('is durable, and speaks UTF8 with rules that no system library can change', async () => {
    const url = first.connectionString
    expect(await ask(url, 'SHOW fsync')).toBe('on')
    expect(await ask(url, 'SHOW synchronous_commit')).toBe('on')
    expect(await ask(url, 'SHOW server_encoding')).toBe('UTF8')
    expect(await ask(url, "SELECT upper('é') || ('a' > 'B')")).toBe('Étrue')
  })

  test('listens on 127.0.0.1 only, and takes no connection without the password', async () => {
    const listening = execFileSync('sh', ['-c', `grep -l . /proc/net/tcp; cat /proc/net/tcp*`], {
      encoding: 'utf8',
    })
    const port = first.port.toString(16).toUpperCase().padStart(4, '0')
    const places = [...listening.matchAll(new RegExp(`(\\w+):${port} \\w+:0000 0A`, 'g'))]
    expect(places.map((each) => each[1])).toEqual(['0100007F'])
    const wrong = first.connectionString.replace(/postgres:[^@]+@/, 'postgres:wrong@')
    await expect(ask(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed')
  })

  test('leaves signals and the exit of this process alone', () => {
    expect(handlers()).toEqual(handlersBefore)
  })

  test('keeps its password to its owner, and all of it out of git', async () => {
    expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600)
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    expect(await readFile(join(dataDir, '..', '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('hands its log to onLog, and to the file', async () => {
    const failures = () => lines.filter((line) => /FATAL|ERROR/.test(line))
    await until('the log has a failure', () => failures().length)
    expect(failures()).toEqual([expect.stringContaining('password authentication failed')])
    const logged = await readFile(first.logFile, 'utf8')
    expect(logged.split('\n').slice(0, lines.length)).toEqual(lines)
  })

  test('stops, and starts again with the same port and data, and other settings', async () => {
    await ask(first.connectionString, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await Promise.all([first.stop(), first.stop()])
    expect(serverIsGone(first.pid)).toBe(true)
    expect(lines.at(-1)).toContain('database system is shut down')
    expect(await readConnectionString(dataDir)).toBeNull()
    expect(await isEmbeddedDataDir(dataDir)).toBe(true)

    const settings = { fsync: 'off', 'millrace.clock': 'a b' }
    const second = await startPostgres({ dataDir, settings })
    expect(second.connectionString).toBe(first.connectionString)
    expect(await ask(second.connectionString, 'SELECT answer FROM kept')).toBe(42)
    expect(await ask(second.connectionString, 'SHOW fsync')).toBe('off')
    expect(await ask(second.connectionString, 'SHOW millrace.clock')).toBe('a b')
    await second[Symbol.asyncDispose]()
    expect(serverIsGone(second.pid)).toBe(true)
  })

  test('sets a new password where the file is gone, and says where it is wrong', async () => {
    await rm(`${dataDir}.password`)
    const renewed = await startPostgres({ dataDir })
    expect(renewed.connectionString).not.toBe(first.connectionString)
    expect(await ask(renewed.connectionString, 'SELECT answer FROM kept')).toBe(42)
    await renewed.stop()

    const password = await readFile(`${dataDir}.password`)
    await writeFile(`${dataDir}.password`, 'something else\n')
    await expect(startPostgres({ dataDir })).rejects.toThrow(/pg\.password\. Remove that file/)
    expect(await readConnectionString(dataDir)).toBeNull()
    await writeFile(`${dataDir}.password`, password)
  })
})
