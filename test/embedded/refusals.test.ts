import { execFileSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { EmbeddedPostgresError, startPostgres } from '../../src/embedded/index.ts'
import { fast, slow } from './fast.ts'
import { ask, makeRoom } from './room.ts'

describe('a start that cannot be', slow, () => {
  let room: string
  let dataDir: string

  beforeAll(async () => {
    room = await makeRoom()
    dataDir = join(room, 'pg')
    await (await startPostgres({ dataDir, settings: fast })).stop()
  }, slow.timeout)

  test.each([
    [{ port: 70_000 }, '`port` is a whole number from 1 to 65535'],
    [{ port: 1.5 }, 'got 1.5'],
    [{ dataDir: '' }, '`dataDir` is the path of a folder; got ""'],
    [{ startTimeout: 0 }, '`startTimeout` is a number of milliseconds above 0; got 0'],
    [{ settings: { 'a b': '1' } }, 'has names of Postgres settings'],
    [{ settings: { listen_addresses: '*' } }, 'listens on 127.0.0.1 only'],
    [{ settings: { port: '1' } }, 'use the option `port`'],
  ])('options %j', async (options, says) => {
    const error = await startPostgres(options).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(EmbeddedPostgresError)
    expect(error).toMatchObject({ code: 'MR090', kind: 'invalid' })
    expect(String(error)).toContain(says)
  })

  test('on a port in use names it; without `port` another one is taken', async () => {
    const port = await occupiedPort()
    const start = startPostgres({ dataDir, settings: fast, port })
    await expect(start).rejects.toThrow(`port ${port} on 127.0.0.1 is already in use`)

    await writeFile(`${dataDir}.port`, `${port}\n`)
    const server = await startPostgres({ dataDir, settings: fast })
    expect(server.port).not.toBe(port)
    expect(await ask(server.connectionString, 'SELECT 1')).toBe(1)
    await server.stop()
  })

  test('in a folder of another major version names both', async () => {
    const old = join(room, 'old')
    await mkdir(old)
    await writeFile(join(old, 'PG_VERSION'), '15\n')
    await expect(startPostgres({ dataDir: old })).rejects.toThrow(
      /old was made by Postgres 15, this is Postgres 18.*choose another dataDir.*pg_dumpall/,
    )
    expect(await readdir(old)).toEqual(['PG_VERSION'])
  })

  test('in a folder of something else leaves it as it is', async () => {
    const other = join(room, 'other')
    await mkdir(other)
    await writeFile(join(other, 'photo.jpg'), '')
    const start = startPostgres({ dataDir: other })
    await expect(start).rejects.toThrow(/neither empty nor one of Postgres \(it has photo.jpg/)
    expect(await readdir(other)).toEqual(['photo.jpg'])
    await expect(startPostgres({ dataDir: join(other, 'photo.jpg', 'pg') })).rejects.toThrow(
      /making the folder .*photo.jpg for the data of Postgres failed/,
    )
  })

  test("with a bad setting shows the end of the server's log", async () => {
    const start = startPostgres({ dataDir, settings: { work_mem: 'lots' } })
    await expect(start).rejects.toThrow(
      /ended before it was ready.*postgres\.log:\n.*FATAL: .*"work_mem": "lots"/s,
    )
  })

  test('in time stops what it has started', async () => {
    const start = startPostgres({ dataDir, settings: fast, startTimeout: 0.001 })
    await expect(start).rejects.toThrow(/not ready for connections in time.*its log/s)
    const server = await startPostgres({ dataDir, settings: fast })
    await server.stop()
  })

  test('on a mount point or a full disk says so', async ({ skip }) => {
    const mount = join(room, 'mount')
    await mkdir(mount)
    try {
      const tmpfs = ['-t', 'tmpfs', '-o', 'size=12m,mode=755', 'tmpfs', mount]
      execFileSync('mount', tmpfs, { stdio: 'ignore' })
    } catch {
      skip('only root may mount a small file system')
    }
    onTestFinished(() => void execFileSync('umount', [mount]))
    await expect(startPostgres({ dataDir: mount, settings: fast })).rejects.toThrow(
      `${mount} is a mount point, which a new cluster cannot be renamed to. Use a folder in it`,
    )
    await expect(startPostgres({ dataDir: join(mount, 'pg') })).rejects.toThrow(
      /no space left.*The disk is full: free at least 200 MB there/is,
    )
    expect((await readdir(mount)).filter((name) => name.includes('new'))).toEqual([])
  })
})

function occupiedPort(): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      done(address && typeof address === 'object' ? address.port : 0)
    })
  })
}
