import { access, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { InvalidInputError } from '../../model/errors.ts'
import { describeValue } from '../../model/text.ts'

/** Where a file is looked for that nobody has named. */
const NAMES = ['json', 'yaml', 'yml'].map((ending) => `millrace.config.${ending}`)

/** A file of settings: its path as it is told, and what it holds. */
export type ConfigurationFile = {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * The file that was named, else the one in the working directory; null if there is none.
 * @throws InvalidInputError for one that cannot be read, for two of them, and for what is no mapping
 */
export async function readConfigurationFile(
  named: string | undefined,
): Promise<ConfigurationFile | null> {
  const path = named ?? (await findFile())
  if (path === null) return null
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT' ? 'There is no such file' : `It cannot be read (${error.code})`
    throw new InvalidInputError(`--config ${path}: ${why}.`, { cause: error })
  })
  return { path, values: checkMapping(path, await parse(path, text)) }
}

async function findFile(): Promise<string | null> {
  const there = await Promise.all(
    NAMES.map((name) =>
      access(name).then(
        () => name,
        () => null,
      ),
    ),
  )
  const [first, second] = there.filter((name) => name !== null)
  if (second !== undefined)
    throw new InvalidInputError(
      `There are ${first} and ${second}. Take one away, or name one with --config.`,
    )
  return first ?? null
}

/** What a parser says may quote the line, which may hold a secret: only the place is told. */
async function parse(path: string, text: string): Promise<unknown> {
  const { isCollection, LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  // JSON is YAML, too, and errors of its parser have no place
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    const kind = path.endsWith('.json') ? 'JSON' : 'YAML'
    throw new InvalidInputError(
      `${path}:${line}:${col} is not ${kind} (${error.code}). Give lines like "port: 3000", or {"port": 3000}.`,
    )
  }
  return isCollection(document.contents) ? document.toJS({ maxAliasCount: 0 }) : document.contents
}

function checkMapping(path: string, value: unknown): Record<string, unknown> {
  if (value === null) return {}
  if (typeof value === 'object' && value.constructor === Object)
    return value as Record<string, unknown>
  const what = Array.isArray(value) ? 'a list' : 'something else'
  throw new InvalidInputError(
    `${basename(path)} holds ${what}, not names and values. Give lines like "port: 3000".`,
    { details: { holds: describeValue(typeof value) } },
  )
}
