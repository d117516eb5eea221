// The samples of README.md and docs/ compile under `strict`, and run against the built package.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase } from '../support/database.ts'
import { readSources } from '../support/sources.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, '.millrace', 'documents')
const require = createRequire(import.meta.url)
const jiti = join(dirname(require.resolve('jiti/package.json')), 'lib', 'jiti-cli.mjs')
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs')

type Sample = { page: string; language: string; name: string | null; text: string }

const samples = readSources(['README.md', 'docs'], /\.md$/).flatMap(({ path, text }) =>
  [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```/gms)].map((match): Sample => {
    const [, language = '', name = null, code = ''] = match
    return { page: basename(path, '.md'), language, name, text: code }
  }),
)
/** What a checkout does not have: other libraries, and the reader's own files. */
const foreign = /from '(kysely|\.\/prisma\.ts|\.\/services\.js)'/
const typescript = samples.filter(({ language, text }) => language === 'ts' && !foreign.test(text))
/** A sample that ends what it began is a program. One that brings a server is as the quick start is. */
const programs = typescript.filter(
  ({ name, text }) => name && /^await engine\.stop\(\)/m.test(text) && !/startPostgres/.test(text),
)

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: 'nodenext',
  target: 'esnext',
  types: ['node'],
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const [i, { page, name, text }] of typescript.entries()) {
    const file = join(folder, page, name ?? `sample-${i}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'millrace'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict }))
})

describe.concurrent('the samples of the documents', { timeout: 120_000 }, () => {
  test('there are some', () => {
    expect(programs.length).toBeGreaterThan(5)
  })

  test('compile', async () => {
    expect(await run(tsc, ['-p', folder, '--pretty', 'false'], folder)).toBe('')
  })

  test.for(programs.map(({ page, name }) => [page, name as string] as const))(
    'of %s: %s runs',
    async ([page, name]) => {
      await using db = await createDatabase({ testClock: false })
      await run(jiti, [name], join(folder, page), db.url)
    },
  )

  test('of testing.md pass, in the time that a test may take', async () => {
    const said = await run(vitest, ['run'], join(folder, 'testing'))
    expect(said).toMatch(/Tests.*passed/)
    expect(said).not.toMatch(/failed|never called/)
  })

  test.for([
    'README',
    'sql',
    'events',
    'transactions',
    'workers',
    'schedules',
    'webhooks',
    'flow-control',
    'stored-definitions',
    'tenants',
    'postgrest',
    'metrics',
    'entity-machines',
  ])('of %s in SQL run', async (page) => {
    await using db = await createDatabase({ testClock: false })
    const order = workflow('order', () => 1)
    const engine = new WorkflowEngine({ connectionString: db.url, workflows: [order] })
    await engine.start(false)
    await engine.stop()
    if (page === 'README') await db.pool.query('create table orders (id int, sku text)')
    const statements = samples.filter((one) => one.page === page && one.language === 'sql')
    expect(statements).not.toEqual([])
    for (const { text } of statements) await db.pool.query(text)
  })
})

/** A program of node, as a user would run it; what it prints. It must succeed. */
async function run(file: string, args: string[], cwd: string, url = ''): Promise<string> {
  const { VITEST: _, ...rest } = process.env
  const env = { ...rest, DATABASE_URL: url, NO_COLOR: '1' }
  const ended = promisify(execFile)(process.execPath, [file, ...args], { cwd, env })
  const { stdout, stderr } = await ended.catch((error: Error & { stdout: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`)
  })
  return `${stdout}${stderr}`
}
