import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { makeServerRoom } from '../support/server-room.ts'
import { until } from '../support/until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What each example prints. They are run as users run them: in a process, from the built package. */
const printed: Record<string, readonly string[]> = {
  'approval.js': ['a chair: approved by Grace', 'a yacht: nobody decided in time'],
  'children.js': ['[ 1, 6, 0 ]', 'children: 4'],
  'errors.js': [
    "[ 'flight, at attempt 3', 'train' ]",
    'flight cancelled',
    'it burned down in book the hotel',
  ],
  'flow.js': ['Start (translated): A, B', 'skipped: nothing', 'A: no links', 'skipped: translate'],
  'plugin.js': [
    '> greet Ada',
    '< greet Ada: sent to ada@example.com',
    '> count',
    '< count: 1',
    'greet is done',
    '1',
  ],
  'poll.js': ['https://video.example/7 after 3 questions'],
  'quick-start.js': [
    'Welcome, Ada!',
    'step "create the user": completed',
    'timer "let them look around": completed',
    'step "send a mail": completed',
  ],
  'transactions.js': ['a lamp is shipped, 9 left', 'changed my mind', 'runs of the mistake: 0'],
}

describe.concurrent('the examples', { timeout: 120_000 }, () => {
  test('are all listed here', () => {
    const files = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.js'))
    expect(files.sort()).toEqual([...Object.keys(printed), 'database.js'].sort())
  })

  test.for(Object.entries(printed))('%s prints what it should', async ([file, lines]) => {
    await using db = await createDatabase({ testClock: false })
    expect(await run(file, db.url)).toEqual(lines)
  })

  test('graph: a document, and steps in TypeScript that it calls', async () => {
    await using db = await createDatabase({ testClock: false })
    const cwd = join(root, 'examples', 'graph')
    const order = '{"customer": "Ada", "lines": [{"sku": "lamp", "count": 2}]}'
    const cli = (...args: string[]) => run('../dist/cli/main.js', db.url, cwd, args)
    await cli('worker', '--until-idle')
    const [id = ''] = await cli('start', 'order', order, '--quiet')
    expect((await cli('worker', '--until-idle')).join('\n')).toContain('Ada pays 80')
    const output = await cli('runs', 'wait', id, '--quiet')
    expect(JSON.parse(output.join('\n'))).toEqual({ charge: { paid: 80, receipt: true } })
  })

  test('need nothing but node: they bring a database', async () => {
    const room = await makeServerRoom()
    const folder = dirname(room.dataDir)
    expect(await run('quick-start.js', '', folder)).toEqual(printed['quick-start.js'])
    const lock = join(folder, '.millrace', 'pg', 'postmaster.pid')
    await until('the server is gone', () => !existsSync(lock))
    await room.remove()
  })
})

/** @param url empty: a database of its own, in `cwd` */
async function run(
  file: string,
  url: string,
  cwd = root,
  args: readonly string[] = [],
): Promise<string[]> {
  const env = { ...process.env, DATABASE_URL: url }
  const program = join(root, 'examples', file)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], {
    ...{ cwd, env },
  })
  expect(stderr).toBe('')
  return stdout.trimEnd().split('\n')
}
