import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/embedded/command.ts'
import { findNativePackage } from '../../src/embedded/native-package.ts'
import { preparePrograms } from '../../src/embedded/programs.ts'
import { findServerUser, type ServerUser } from '../../src/embedded/server-user.ts'
import type { Site } from '../../src/embedded/site.ts'
import { makeRoom, siteIn } from './room.ts'

const isRoot = process.getuid?.() === 0
const script = '#!/bin/sh\necho "postgres (PostgreSQL) 18.0"\n'

let room: string
let cache: string
let user: ServerUser

beforeEach(async () => {
  room = await makeRoom()
  cache = join(room, 'cache')
  user = await findServerUser(join(room, 'pg'))
})

describe('the programs of the npm package', () => {
  test('are used in place where they work', async ({ skip }) => {
    const site = await siteIn(room)
    const linked = existsSync(join(site.programs.native, 'lib', 'libicuuc.so.60'))
    skip(!linked, 'install scripts were blocked here')
    const found = await preparePrograms(site, user)
    expect(found.postgres).toBe(join(site.programs.native, 'bin', 'postgres'))
    expect(found.major).toBe(Number.parseInt(site.programs.version, 10))
    await expect(readdir(cache)).rejects.toThrow('ENOENT')
  })

  test('run from a copy when install scripts were blocked', async () => {
    const site = await siteIn(room)
    const native = join(room, 'native')
    // Hard links where the file system has them, instead of 60 MB.
    execFileSync('sh', [
      '-c',
      'cp -rPl "$0" "$1" || cp -rT "$0" "$1"',
      site.programs.native,
      native,
    ])
    execFileSync('find', [native, '-type', 'l', '-delete'])
    const { initdb } = await preparePrograms({ ...site, programs: { native, version: '1' } }, user)
    expect(initdb.startsWith(cache)).toBe(true)
    const { code, stderr } = await runCommand(initdb, ['--version'], user)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each([
    ['linux', 'mips'],
    ['sunos', 'x64'],
    ['win32', 'x64'],
  ])('do not exist for %s on %s, and the error names DATABASE_URL', async (platform, arch) => {
    await expect(findNativePackage(platform, arch)).rejects.toThrow(
      new RegExp(`${platform} ${arch}.*DATABASE_URL`),
    )
  })
})

describe('a copy of the programs', () => {
  let site: Site
  const copies = () => readdir(cache)

  beforeEach(async () => {
    const native = join(room, 'package', 'native')
    await makePackage(native)
    site = { programs: { native, version: '18.0.0' }, cacheRoots: [cache], dataRoots: [] }
  })

  test('is made once, with the library links; the package stays as it is', async () => {
    const [found, same] = await Promise.all([
      preparePrograms(site, user),
      preparePrograms(site, user),
    ])
    expect(same).toEqual(found)
    const [copy, ...others] = await copies()
    expect(copy).toMatch(/^postgres-18\.0\.0-/)
    expect(others).toEqual([])
    expect(await readlink(join(cache, copy ?? '', 'lib/libpq.so.5'))).toBe('libpq.so.5.18')
    await expect(lstat(join(site.programs.native, 'lib/libpq.so.5'))).rejects.toThrow('ENOENT')

    const made = await lstat(join(cache, copy ?? ''))
    await preparePrograms(site, user)
    expect((await lstat(join(cache, copy ?? ''))).ino).toBe(made.ino)
  })

  test('is made again where it is damaged; what a crash left is removed', async () => {
    const { postgres } = await preparePrograms(site, user)
    await writeFile(postgres, 'half')
    const [copy] = await copies()
    await mkdir(join(cache, `${copy}.new-${2 ** 22 - 1}-abc`))
    await preparePrograms(site, user)
    expect(await readFile(postgres, 'utf8')).toBe(script)
    expect(await copies()).toEqual([copy])
  })

  test.runIf(isRoot)('is made of what the server may not read', async () => {
    await symlink('libpq.so.5.18', join(site.programs.native, 'lib/libpq.so.5'))
    expect((await preparePrograms(site, user)).postgres.startsWith(room)).toBe(true)
    await expect(copies()).rejects.toThrow('ENOENT')
    await chmod(join(room, 'package'), 0o700)
    const { postgres } = await preparePrograms(site, user)
    expect(postgres.startsWith(cache)).toBe(true)
  })

  test.runIf(isRoot)('is never taken from a folder that somebody else has made', async () => {
    const strange = join(room, 'strange')
    const linked = join(room, 'linked')
    const open = join(room, 'open')
    await mkdir(strange)
    await chown(strange, user.uid, user.gid)
    await symlink(strange, linked)
    await mkdir(open)
    await chmod(open, 0o777)
    for (const root of [strange, linked, open]) {
      const start = preparePrograms({ ...site, cacheRoots: [root] }, user)
      await expect(start).rejects.toThrow(`${root} cannot be trusted`)
      expect(await readdir(root)).toEqual([])
    }
    const found = await preparePrograms({ ...site, cacheRoots: [strange, cache] }, user)
    expect(found.postgres.startsWith(cache)).toBe(true)
  })

  test('that cannot be run is an error with the reason, not an event', async () => {
    const { postgres } = await preparePrograms(site, user)
    const none = { ...site, programs: { native: join(room, 'none'), version: '1' } }
    await expect(preparePrograms(none, user)).rejects.toThrow(/none.*ENOENT.*DATABASE_URL/s)
    await writeFile(join(site.programs.native, 'bin', 'postgres'), '#!/none\n')
    await expect(preparePrograms(site, user)).rejects.toThrow(/these programs need glibc/)
    await rm(postgres)
    expect((await runCommand(postgres, [], user)).failure?.message).toContain('ENOENT')
  })
})

/** A package as npm leaves it when install scripts are blocked: without its library link. */
async function makePackage(native: string): Promise<void> {
  for (const part of ['bin', 'lib', 'share/postgresql']) {
    await mkdir(join(native, part), { recursive: true })
  }
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library')
  await writeFile(join(native, 'share', 'postgresql', 'postgres.bki'), 'catalogue')
  await writeFile(join(native, 'bin', 'initdb'), script, { mode: 0o755 })
  await writeFile(join(native, 'bin', 'postgres'), script, { mode: 0o755 })
}
