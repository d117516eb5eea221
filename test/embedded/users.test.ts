import { chmod, chown, lstat, mkdir, readdir, readlink, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openDataFolder } from '../../src/embedded/data-folder.ts'
import { startPostgres } from '../../src/embedded/index.ts'
import { findServerUser } from '../../src/embedded/server-user.ts'
import { startPostgresAt } from '../../src/embedded/start-postgres.ts'
import { fast, slow } from './fast.ts'
import { compileOwner, startOwner } from './owner-process.ts'
import { ask, makeRoom, processFields, serverIsGone, siteIn, until } from './room.ts'

const nobody = 65_534
const asRoot = describe.skipIf(process.getuid?.() !== 0)

asRoot('run as root', slow, () => {
  test('under a 0700 folder the data goes where the server may, with a link to it', async () => {
    const room = await makeRoom()
    const site = await siteIn(room)
    const home = join(room, 'root')
    const dataDir = join(home, 'checkout', '.millrace', 'pg')
    await mkdir(home, { mode: 0o700 })
    const lines: string[] = []
    const start = () =>
      startPostgresAt(site, { dataDir, settings: fast, onLog: (line) => lines.push(line) })

    const server = await start()
    expect(processFields(server.pid, 'uid')).not.toBe('0')
    expect(server.dataDir).toBe(dataDir)
    const place = await readlink(dataDir)
    expect(place.startsWith(site.dataRoots[0] ?? '')).toBe(true)
    expect(lines[0]).toContain(`millrace: the data of ${dataDir} is in ${place}`)
    expect((await stat(`${dataDir}.password`)).uid).toBe(0)
    await ask(server.connectionString, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await server.stop()

    const again = await start()
    expect(await ask(again.connectionString, 'SELECT answer FROM kept')).toBe(42)
    await again.stop()

    // The place is gone (a cleaner of /tmp): the link leads nowhere, and a new one is made.
    await rm(join(place, '..'), { recursive: true })
    const user = await findServerUser(dataDir)
    const { data } = await openDataFolder(dataDir, user, site.dataRoots, () => {})
    expect(data).not.toBe(place)
    expect(await readlink(dataDir)).toBe(data)
    expect(await openDataFolder(dataDir, user, [], () => {})).toMatchObject({ data })
  })

  test('data whose way was closed later is not replaced by new data', async () => {
    const room = await makeRoom()
    const dataDir = join(room, 'home', 'pg')
    await mkdir(join(dataDir, 'base'), { recursive: true })
    await chmod(join(room, 'home'), 0o700)
    const start = startPostgresAt(await siteIn(room), { dataDir })
    await expect(start).rejects.toThrow(`chmod o+x ${join(room, 'home')}`)
  })

  test("another user's folder is served as that user, and root's data is given away", async () => {
    const room = await makeRoom()
    const dataDir = join(room, 'home', 'pg')
    await mkdir(join(room, 'home'), { mode: 0o700 })
    await chown(join(room, 'home'), nobody, nobody)
    const owner = await startOwner(await compileOwner('copied'), dataDir, nobody)
    expect(processFields(owner.pid, 'uid')).toBe(String(nobody))
    expect((await stat(`${dataDir}.password`)).uid).toBe(nobody)
    owner.process.kill('SIGTERM')
    await until('the server is gone', () => serverIsGone(owner.pid))

    const asOwner = await startPostgres({ dataDir, settings: fast })
    expect(processFields(asOwner.pid, 'uid')).toBe(String(nobody))
    await asOwner.stop()
    expect(await filesOf(dataDir, 0)).toEqual([])

    await chmod(join(room, 'home'), 0o711)
    await chown(dataDir, 0, 0)
    await chown(join(dataDir, 'PG_VERSION'), 0, 0)
    const given = await startPostgres({ dataDir, settings: fast })
    expect(await ask(given.connectionString, 'SELECT 1')).toBe(1)
    expect(await filesOf(dataDir, 0)).toEqual([])
    await given.stop()
  })
})

async function filesOf(folder: string, uid: number): Promise<string[]> {
  const all = await readdir(folder, { recursive: true })
  const owners = await Promise.all(all.map(async (name) => (await lstat(join(folder, name))).uid))
  return all.filter((_, index) => owners[index] === uid)
}
