import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { readConnectionString } from '../embedded/index.ts'
import { useServer } from '../kernel/test-databases.ts'
import { UnavailableError } from '../model/errors.ts'

/** From the sources the keeper cannot be started: node runs no TypeScript. */
const keeper = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist/testing/keeper.js', import.meta.url)
    : new URL('./keeper.js', import.meta.url),
)
/** Times that a server may end just as it is found. */
const MAX_TRIES = 5

const servers = new Map<string, Promise<string>>()

/**
 * The connection string of the embedded Postgres for tests in a folder. One server serves all test
 * processes of that folder: it belongs to a process of its own, which ends a while after the last
 * of them. The first start makes the data, which takes seconds; any later one takes half a second.
 */
export function testServer(dataDir: string): Promise<string> {
  const folder = resolve(dataDir)
  let found = servers.get(folder)
  if (found === undefined) {
    found = findServer(folder)
    found.catch(() => servers.delete(folder))
    servers.set(folder, found)
  }
  return found
}

async function findServer(folder: string): Promise<string> {
  let failure: unknown
  for (let turn = 1; turn <= MAX_TRIES; turn++) {
    const url = (await readConnectionString(folder)) ?? (await startKeeper(folder))
    try {
      const client = await useServer(url)
      // should it end under us, the next engine starts another
      client.on('end', () => servers.delete(folder))
      return url
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function startKeeper(folder: string): Promise<string> {
  const child = spawn(process.execPath, [keeper, folder], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // flags of the test runner are not for it
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  try {
    return await readAnswer(child)
  } finally {
    child.stdout.destroy()
    child.stderr.destroy()
    child.unref()
  }
}

/** One line with the connection string; what it says instead is why there is none. */
async function readAnswer(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
  ended.catch(() => {})
  for await (const line of createInterface({ input: child.stdout })) return line
  await ended
  throw new UnavailableError(`The Postgres for tests could not be started: ${said}`)
}
