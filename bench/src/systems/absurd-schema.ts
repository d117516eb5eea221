import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../places.ts'

/**
 * absurd's npm package has no schema: its users get it with a Python tool, or from the repository.
 * Pinned to the commit that the SDK 0.5.0 belongs to (its sleeps need absurd.current_time).
 */
const commit = '9b77b356963c65ff9b183fdb4044c2dff2392f6e'
const sha256 = '9ef61e4e067e3448d6bf0a7fd2abb87ae35ca49a6cae23d325524e2936c7c4a4'
const source = `https://raw.githubusercontent.com/earendil-works/absurd/${commit}/sql/absurd.sql`
const cached = join(cacheFolder, 'absurd.sql')

/** Of a file given by the user, of an earlier run, or of its repository; checked all the same. */
export async function readAbsurdSchema(): Promise<string> {
  const given = process.env.BENCH_ABSURD_SQL
  const kept = await readFile(given ?? cached, 'utf8').catch(() => null)
  if (kept !== null) return checked(kept, given ?? cached)
  if (given !== undefined) throw new Error(`${given} cannot be read.`)
  const text = checked(await download(), source)
  await mkdir(cacheFolder, { recursive: true })
  await writeFile(cached, text)
  return text
}

async function download(): Promise<string> {
  const response = await fetch(source, { signal: AbortSignal.timeout(20_000) }).catch((error) => {
    throw new Error(`${needed} (${(error as Error).message})`)
  })
  if (!response.ok) throw new Error(`${needed} (HTTP ${response.status})`)
  return response.text()
}

const needed =
  `The schema of absurd is not in its npm package, and could not be read from ${source}. ` +
  'Get that file some other way and give it by --absurd-sql.'

function checked(text: string, from: string): string {
  const found = createHash('sha256').update(text).digest('hex')
  if (found === sha256) return text
  throw new Error(`${from} is not absurd.sql of commit ${commit}: its SHA-256 is ${found}.`)
}
