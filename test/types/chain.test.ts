import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

/** A program with one flow, a chain of so many steps. */
function chainOf(steps: number): string {
  const entry = JSON.stringify(join(root, 'src', 'flow', 'index.ts'))
  const rest = Array.from({ length: steps - 1 }, (_, i) => {
    const options = `{ slug: 's${i + 1}', dependsOn: ['s${i}'] }`
    return `  .step(${options}, ({ s${i} }) => s${i} + 1)\n`
  })
  return `import { Flow } from ${entry}
export const flow = new Flow<{ n: number }>({ slug: 'chain' })
  .step({ slug: 's0' }, ({ n }) => n)
${rest.join('')}`
}

function instantiations(steps: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-chain-'))
  try {
    const path = join(folder, 'chain.ts')
    writeFileSync(path, chainOf(steps))
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
    const tsc = join(dirname(manifest), 'bin', 'tsc')
    const options =
      '--ignoreConfig --noEmit --skipLibCheck --strict --target es2022 --module nodenext'
    const more = `--allowImportingTsExtensions --types node --typeRoots ${join(root, 'node_modules/@types')} --extendedDiagnostics`
    const args = [tsc, ...`${options} ${more}`.split(' '), path]
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    expect(stdout).not.toMatch(/error TS/)
    return Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('what the compiler does for a flow grows with its steps, and no faster', {
  timeout: 120_000,
}, () => {
  const [few, many] = [instantiations(10), instantiations(100)]
  expect(many).toBeLessThan(400_000)
  expect(many - few).toBeLessThan(100_000)
})
