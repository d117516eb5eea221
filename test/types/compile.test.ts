import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const folder = import.meta.dirname

test('types and programs of the documentation compile', { timeout: 120_000 }, () => {
  const { stdout, error } = tsc('-p', folder)
  expect(error).toBeUndefined()
  // what is wrong elsewhere is for `npm run typecheck` to say
  expect(stdout.split('\n').filter((line) => line.startsWith('test/types/'))).toEqual([])
})

test('a state that there is not is named, with those that there are', { timeout: 120_000 }, () => {
  const place = mkdtempSync(join(tmpdir(), 'millrace-'))
  try {
    const file = join(place, 'wrong.ts')
    const source = join(folder, '..', '..', 'src', 'entity', 'define-machine.ts')
    writeFileSync(
      file,
      `import { defineMachine } from ${JSON.stringify(source)}
const states = { a: { initial: true }, b: { final: true } }
defineMachine({ name: 'x', states, transitions: { t: { from: 'a', to: 'c' } } })\n`,
    )
    const flags =
      '--ignoreConfig --noEmit --strict --module nodenext --target es2023 --skipLibCheck --types node'
    const roots = join(folder, '..', '..', 'node_modules', '@types')
    const { stdout } = tsc(
      ...flags.split(' '),
      '--typeRoots',
      roots,
      '--allowImportingTsExtensions',
      file,
    )
    expect(stdout).toMatch(/wrong\.ts\(3/)
    expect(stdout).toContain(`Type '"c"' is not assignable to type '"a" | "b"'`)
  } finally {
    rmSync(place, { recursive: true })
  }
})

function tsc(...args: string[]) {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const program = join(dirname(manifest), 'bin', 'tsc')
  return spawnSync(process.execPath, [program, ...args, '--pretty', 'false'], {
    cwd: join(folder, '..', '..'),
    encoding: 'utf8',
  })
}
