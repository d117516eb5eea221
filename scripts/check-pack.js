// @ts-check
// Installs the packed package into an empty project, outside this checkout, and runs the README's quick
// start there, and the machines of its examples, as a reader would: what the package lacks shows here and nowhere else.
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

/** The command line of the package. @param {string[]} args */
function millrace(...args) {
  const main = join('node_modules', 'millrace', 'dist', 'cli', 'main.js')
  return run(process.execPath, [main, ...args], project)
}

/** The machines of the package's examples are read, drawn, stored and moved through. */
function checkMachines() {
  const folder = join('node_modules', 'millrace', 'examples', 'machines')
  writeFileSync(
    join(project, 'machine.js'),
    `import { readFileSync } from 'node:fs'
import { defineMachine, toMermaid, toSvg } from 'millrace/entity'
for (const name of ['fraud_detection', 'order_processing']) {
  const machine = defineMachine(readFileSync('${folder}/' + name + '.yaml', 'utf8'))
  if (!toSvg(machine).includes(name)) throw new Error('no picture')
  console.log(toMermaid(machine).split('\\n')[0], machine.id)
}
`,
  )
  const drawn = run(process.execPath, ['machine.js'], project)
  if (drawn !== 'stateDiagram-v2 fraud_detection\nstateDiagram-v2 order_processing\n')
    throw new Error(`The machines printed:\n${drawn}`)
  JSON.parse(
    readFileSync(join(project, 'node_modules', 'millrace', 'schema', 'machine.json'), 'utf8'),
  )
  millrace('migrate', '--embedded')
  for (const name of ['fraud_detection', 'order_processing'])
    millrace('import-workflow', join(folder, `${name}.yaml`), '--embedded')
  millrace('start-workflow', 'orders', '17', 'order_processing', '--embedded')
  millrace('entities', 'transition', 'order_processing/17', 'payment_confirmed', '--embedded')
  const trail = millrace('entities', 'history', 'order_processing/17', '--embedded', '--quiet')
  if (trail !== 'pending\npaid\n') throw new Error(`The trail of an order was:\n${trail}`)
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
  checkMachines()
  const version = millrace('--version')
  console.log(
    `quick start and machines from ${tarball.filename} (${tarball.entryCount} files): ok, millrace ${version.trim()}`,
  )
} finally {
  rmSync(project, { recursive: true, force: true })
}
