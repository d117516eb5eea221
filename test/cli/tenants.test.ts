import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseApiKey } from '../../src/auth/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder } from './millrace.ts'

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>
const [oldKey, newKey] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  folder = await makeFolder({ 'value.txt': 'from a file' })
})
afterAll(async () => {
  await db.drop()
  await folder.remove()
})

const cli = (args: string[], more: { input?: string; env?: Record<string, string> } = {}) =>
  millrace(args, { url: db.url, cwd: folder.path, ...more })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url, cwd: folder.path })

test('tenants: create, show, list, quota, suspend, resume, export, delete', async () => {
  const made = await cli(['tenants', 'create', 'acme', '--name', 'Acme Inc.', '--with-key'])
  expect(made.stdout).toMatch(/^✓ made tenant acme\nmr_live_[0-9a-f_]+\n$/)
  expect(made.stderr).toContain('shown only now')
  const quiet = await cli(['tenants', 'create', 'beta', '--with-key', '--quiet'])
  expect(parseApiKey(quiet.stdout.trim())).not.toBeNull()
  const again = await cli(['tenants', 'create', 'acme'])
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('MR014')])
  await cli(['tenants', 'quota', 'streams', '7', '--of', 'acme'])
  await cli(['tenants', 'quota', 'secrets', 'none', '--all'])
  const shown = await cli(['tenants', 'show', 'acme'])
  expect(shown.stdout).toMatch(/streams +7 +its own/)
  expect(shown.stdout).toMatch(/secrets +0 +∞/)
  const odd = await cli(['tenants', 'quota', 'streams', 'many'])
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('none, or default')])
  await cli(['tenants', 'suspend', 'acme', '--reason', 'unpaid', '--by', 'ops'])
  expect((await cli(['tenants', 'list'])).stdout).toMatch(/acme +‖ suspended .*Acme Inc\./)
  expect((await cli(['tenants', 'resume', 'acme'])).stdout).toBe('✓ resumed acme\n')
  const lines = (await cli(['tenants', 'export', 'acme'])).stdout.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).table)).toEqual(
    expect.arrayContaining(['tenants', 'api_keys', 'audit', 'quotas']),
  )
  await cli(['tenants', 'export', 'acme', '--file', 'acme.ndjson'])
  expect(
    (await readFile(join(folder.path, 'acme.ndjson'), 'utf8')).trim().split('\n'),
  ).toHaveLength(lines.length)
  const sure = await cli(['tenants', 'delete', 'acme'])
  expect([sure.code, sure.stderr]).toEqual([2, expect.stringContaining('add --yes')])
  expect((await cli(['tenants', 'delete', 'acme', '--yes'])).stdout).toMatch(
    /✓ deleted acme: \d+ rows/,
  )
  const gone = await cli(['tenants', 'show', 'acme'])
  expect([gone.code, gone.stderr]).toEqual([5, expect.stringContaining('no tenant "acme"')])
})

test('keys and members', async () => {
  const made = await cli(['keys', 'create', 'deploy', '--scopes', 'runs:read,runs:write'])
  const key = parseApiKey(made.stdout.trim())
  expect(key).not.toBeNull()
  const id = key?.id as string
  expect((await cli(['keys', 'list'])).stdout).toMatch(
    new RegExp(`${id} +runs:read runs:write +never .*deploy`),
  )
  const wrong = await cli(['keys', 'create', 'x', '--scopes', 'all'])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('"all"')])
  expect((await cli(['keys', 'revoke', id])).stdout).toBe(`✓ revoked ${id}\n`)
  expect((await cli(['keys'])).stdout).toContain('✗ revoked')
  expect((await cli(['keys', 'revoke', 'nothing'])).code).toBe(3)
  const put = await cli(['members', 'put', 'auth0|ada', '--roles', 'admin,viewer', '--name', 'Ada'])
  expect(put.stdout).toBe('✓ auth0|ada: admin, viewer\n')
  expect((await cli(['members', 'list'])).stdout).toMatch(/auth0\|ada +admin viewer +.*Ada/)
  expect((await cli(['members', 'list', '--tenant', 'beta'])).stdout).toBe('')
  expect((await cli(['members', 'remove', 'auth0|ada'])).stdout).toBe('✓ removed auth0|ada\n')
})

test('secrets come by stdin or from a file, and are encrypted anew under another key', async () => {
  const env = { MILLRACE_SECRETS_KEY: oldKey }
  const without = await cli(['secrets', 'put', 'token'], { input: 'hunter2' })
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('secretsKey')])
  expect((await cli(['secrets', 'put', 'token'], { input: 'hunter2', env })).stdout).toBe(
    '✓ put token\n',
  )
  await cli(['secrets', 'put', 'other', '--file', 'value.txt'], { env })
  const listed = await cli(['secrets', 'list'])
  expect(listed.stdout).toMatch(/other .*\ntoken /)
  expect(listed.stdout).not.toContain('hunter2')
  const both = { MILLRACE_SECRETS_KEY: `${newKey}, ${oldKey}` }
  expect((await cli(['secrets', 'reseal'], { env: both })).stdout).toContain('encrypted 2 secrets')
  const wrong = await cli(['secrets', 'reseal'], { env: { MILLRACE_SECRETS_KEY: 'short' } })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.not.stringContaining('short')])
  expect((await cli(['secrets', 'delete', 'other'])).stdout).toBe('✓ deleted other\n')
})

test('the audit log says who did it', async () => {
  const { items } = await json<{ items: { action: string; subject: string }[] }>('audit', 'list')
  expect(items[0]).toMatchObject({ action: 'secret.delete' })
  const ops = await cli(['audit', 'list', '--action', 'key.*'])
  expect(ops.stdout).toMatch(/key\.revoke/)
  expect(ops.stdout).toMatch(/key\.create +[0-9a-f]{16} +\{"name":"deploy"/)
  const all = await cli(['audit', 'list', '--installation'])
  expect(all.stdout).toMatch(/tenant\.delete +acme/)
  expect((await cli(['audit', 'prune', '--older-than', '400 days'])).stdout).toBe(
    '✓ took 0 entries\n',
  )
})
