// @ts-check
// Installs the packed package into an empty project, outside this checkout, and runs the README's quick
// start there, as a reader would: what the package lacks shows here and nowhere else.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const project = mkdtempSync(join(tmpdir(), 'millrace-quick-start-'))

/** @param {string} command @param {string[]} args @param {string} cwd */
function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 180_000,
  })
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`)
  }
  return stdout
}

/** The fenced block of the README whose info string names a file. @param {string} name */
function block(name) {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const found = readme.match(
    new RegExp(`\`\`\`\\w+ ${name.replace('.', '\\.')}\\n([\\s\\S]*?)\`\`\``),
  )
  if (!found?.[1]) throw new Error(`README.md has no block named ${name}.`)
  return found[1]
}

try {
  const [tarball] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', project], root).replace(/^[^[]*/, ''),
  )
  run('npm', ['init', '-y'], project)
  run('npm', ['pkg', 'set', 'type=module'], project)
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(project, tarball.filename)],
    project,
  )
  writeFileSync(join(project, 'quick-start.js'), block('quick-start.js'))
  const output = run(process.execPath, ['quick-start.js'], project)
  if (!output.includes("account: 'acc_1', confirmed: true"))
    throw new Error(`The quick start printed:\n${output}`)
  const version = run(
    process.execPath,
    [join('node_modules', 'millrace', 'dist', 'cli', 'main.js'), '--version'],
    project,
  )
  console.log(
    `quick start from ${tarball.filename} (${tarball.entryCount} files): ok, millrace ${version.trim()}`,
  )
} finally {
  rmSync(project, { recursive: true, force: true })
}
