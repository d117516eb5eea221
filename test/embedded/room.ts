import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll } from 'vitest'
import { type Site, thisSite } from '../../src/embedded/site.ts'

const rooms: string[] = []

/** A folder of a test file that every user may enter; it goes away after the file. */
export async function makeRoom(): Promise<string> {
  const room = await mkdtemp(join(tmpdir(), 'millrace-embedded-'))
  await chmod(room, 0o755)
  rooms.push(room)
  return room
}

afterAll(async () => {
  for (const room of rooms) await rm(room, { recursive: true, force: true, maxRetries: 5 })
})

/** This machine's programs, with the folders for copies and for data inside the room. */
export async function siteIn(room: string): Promise<Site> {
  const { programs } = await thisSite()
  return { programs, cacheRoots: [join(room, 'cache')], dataRoots: [join(room, 'elsewhere')] }
}

/** Asks again and again until the answer is neither false nor null; fails after 10 s. */
export async function until<T>(what: string, ask: () => Promise<T> | T): Promise<NonNullable<T>> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`still not so after 10 s: ${what}`)
    await delay(10)
  }
}

/** Runs one statement on a connection of its own and returns the first column of the first row. */
export async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const result = await client.query({ text: statement, rowMode: 'array' })
    return result.rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** Whether this process has ended; a zombie counts, as nobody may be there to wait for it. */
export function serverIsGone(pid: number): boolean {
  const state = processFields(pid, 'stat')
  return state === '' || state.startsWith('Z')
}

/** A column of `ps` for a process; '' where there is none. */
export function processFields(pid: number, columns: string): string {
  try {
    return execFileSync('ps', ['-o', `${columns}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

/** A node process that has started a server, see owner.ts. */
export interface Owner {
  process: ChildProcess
  pid: number
  connectionString: string
}

/** Starts owner.ts in a process group of its own, as `user` if given. */
export async function startOwner(dataDir: string, user?: number): Promise<Owner> {
  const child = spawnOwner([dataDir], user)
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) return { process: child, ...JSON.parse(line) }
  throw new Error(`owner.ts ended without a server in ${dataDir}`)
}

/** The same without waiting for its server. */
export function spawnOwner(words: string[], user?: number) {
  const owner = join(import.meta.dirname, 'owner.ts')
  const jiti = import.meta.resolve('jiti/register')
  return spawn(process.execPath, ['--import', jiti, owner, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  })
}
