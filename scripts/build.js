// @ts-check
// Compiles src/ to dist/. Into a folder beside it first, which then takes its place: a deleted source
// leaves nothing behind, a failed build leaves the last good one, and a process that starts from dist/
// meanwhile (tests and the demo do) finds it whole.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const made = join(root, `dist.new-${process.pid}`)
const old = join(root, `dist.old-${process.pid}`)

const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
const tsc = join(dirname(manifest), 'bin', 'tsc')
const { status } = spawnSync(
  process.execPath,
  [tsc, '-p', 'tsconfig.build.json', '--outDir', made],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
if (status === 0) {
  chmodSync(join(made, 'cli', 'main.js'), 0o755)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(made, dist)
}
rmSync(old, { recursive: true, force: true })
rmSync(made, { recursive: true, force: true })
process.exit(status ?? 1)
