import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const folder = import.meta.dirname

test('types and programs of the documentation compile', { timeout: 120_000 }, () => {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = join(dirname(manifest), 'bin', 'tsc')
  const { stdout, error } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: join(folder, '..', '..'),
    encoding: 'utf8',
  })
  expect(error).toBeUndefined()
  // what is wrong elsewhere is for `npm run typecheck` to say
  expect(stdout.split('\n').filter((line) => line.startsWith('test/types/'))).toEqual([])
})
