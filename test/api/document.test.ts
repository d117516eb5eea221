import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { signToken, startPostgrest } from '../support/postgrest.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const kernel = await openKernel()

test('the program of docs/postgrest.md does what it says', async () => {
  const rest = await startPostgrest(kernel)
  await kernel.route({ name: 'order' })
  const page = readFileSync(join(root, 'docs/postgrest.md'), 'utf8')
  const text = /```ts list\.ts\n(.*?)```/s.exec(page)?.[1] as string
  const folder = join(root, '.millrace', 'postgrest')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'list.ts'), text)
  const require = createRequire(import.meta.url)
  const jiti = join(dirname(require.resolve('jiti/package.json')), 'lib', 'jiti-cli.mjs')
  const TOKEN = signToken({ role: rest.role, tenant: 'default', sub: 'ada' })
  const env = { ...process.env, POSTGREST_URL: rest.url, TOKEN, NO_COLOR: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, [jiti, 'list.ts'], {
    ...{ cwd: folder, env },
  })
  expect(stdout).toBe(`pending\n1 0\ncancelled\n[ 'cancelled by ada' ]\n`)
  await rest.stop()
}, 60_000)
