import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** Asks again and again until the answer is neither false nor null; fails after 30 s. */
export async function until<T>(what: string, ask: () => Promise<T> | T): Promise<NonNullable<T>> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`still not so after 30 s: ${what}`)
    await delay(10)
  }
}

/** Runs one statement on a connection of its own and returns the first column of the first row. */
export async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 })
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
