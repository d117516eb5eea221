import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const jiti = join(root, 'node_modules', 'jiti', 'lib', 'jiti-cli.mjs')

/** What each example prints. They are run as users run them: in a process, from the built package. */
const printed: Record<string, readonly string[]> = {
  'approval.ts': ['a chair: approved by Grace', 'a yacht: nobody decided in time'],
  'children.ts': ['[ 1, 6, 0 ]', 'children: 4'],
  'errors.ts': [
    "[ 'flight, at attempt 3', 'train' ]",
    'flight cancelled',
    'it burned down in book the hotel',
  ],
  'plugin.ts': [
    '> greet Ada',
    '< greet Ada: sent to ada@example.com',
    '> count',
    '< count: 1',
    'greet is done',
    '1',
  ],
  'poll.ts': ['https://video.example/7 after 3 questions'],
  'quick-start.ts': [
    'Welcome, Ada!',
    'step "create the user": completed',
    'timer "let them look around": completed',
    'step "send a mail": completed',
  ],
  'transactions.ts': ['a lamp is shipped, 9 left', 'changed my mind', 'runs: 1'],
}

describe.concurrent('the examples', { timeout: 60_000 }, () => {
  test('are all listed here', () => {
    expect(readdirSync(join(root, 'examples')).sort()).toEqual(Object.keys(printed).sort())
  })

  test.for(Object.entries(printed))('%s prints what it should', async ([file, lines]) => {
    await using db = await createDatabase({ testClock: false })
    expect(await run(file, db.url)).toEqual(lines)
  })
})

async function run(file: string, url: string): Promise<string[]> {
  const env = { ...process.env, DATABASE_URL: url }
  const args = [jiti, join(root, 'examples', file)]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root, env })
  expect(stderr).toBe('')
  return stdout.trimEnd().split('\n')
}
