import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { millrace } from './here.ts'
import { makeFolder, startMillrace } from './millrace.ts'

// a busy machine starts processes slowly
vi.setConfig({ testTimeout: 60_000 })

let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  folder = await makeFolder({ 'broken.json': '{\n  "a": 1,\n  "b": x\n}' })
})
afterAll(() => folder.remove())

const here = (args: string[], env: Record<string, string> = {}) =>
  millrace(args, { cwd: folder.path, env })

describe.concurrent('help', () => {
  const help: Record<string, ReturnType<typeof here>> = {}

  test.each(['dev', 'runs', 'runs fast-forward', 'migrate'])('of %s has examples', async (name) => {
    const { code, stdout } = await here([...name.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: millrace ${name}`)
    expect(stdout).toMatch(/Examples:\n {2}\$ .*millrace /)
  })

  test.each([
    ['worker', '--migrate', '"auto" brings it up to date, "check" refuses an old one, "off" does'],
    ['worker', '--migrate', 'neither (default: auto)'],
    ['worker', '--workflows', '(default: ./workflows/**/*.{ts,js,mjs,mts,yaml,yml})'],
    ['worker', '--concurrency', '1 to 10000 (default: 100)'],
    ['worker', '--lease', '1 s to 1 h (default: 15 s)'],
    ['worker', '--drain', 'up to 1 h (default: 30 s)'],
    ['runs list', '--limit', '1 to 100 (default: 20)'],
    ['runs list', '--status', 'pending, running, waiting, paused, completed, failed, cancelled'],
    ['dev', '--database-url', 'or DATABASE_URL; default: that of "millrace dev"'],
  ])('of %s names values and defaults: %s %s', async (name, option, text) => {
    help[name] ??= here([...name.split(' '), '--help'])
    const { stdout } = await help[name]
    const [, about = ''] = stdout.replaceAll(/\s+/g, ' ').split(` ${option} <`)
    expect(about.split(' --')[0]).toContain(text)
  })

  test('is what the program says when it is told nothing', async () => {
    const { code, stdout } = await here([])
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: millrace')
  })

  test('of a group is an error when a command is missing', async () => {
    const { code, stderr } = await here(['runs'])
    expect(code).toBe(2)
    expect(stderr).toContain('Usage: millrace runs')
  })

  test('--version tells the version', async () => {
    const { code, stdout } = await here(['--version'])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)])
  })
})

describe.concurrent('a wrong command line', () => {
  test.each([
    [['nonsense'], "Unknown command 'nonsense'"],
    [['runs', 'lst'], 'Did you mean list?'],
    [
      ['workflows', 'chek', 'a.yaml'],
      '"workflows" has no "chek". Did you mean "check"? There are: list, put,',
    ],
    [['workflows', 'list', 'order'], 'Too many arguments'],
    [['workflows', 'put', 'order.ts'], 'order.ts is code, and only documents are stored'],
    [['runs', 'list', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['runs', 'list', '--limit', '0'], 'a whole number from 1 to 100'],
    [['runs', 'list', '--status', 'done'], '"done" is none of pending, running'],
    [['runs', 'wait', 'x', '--timeout', 'tomorrow'], 'Give a duration'],
    [['runs', 'show'], "Missing required argument 'id'"],
    [['migrate', '--sql', '--roles'], 'cannot be used with'],
    [['start', 'order', '{}', '--input-file', 'x.json'], 'given twice'],
    [['start', 'order', '--priority', '2000'], 'from -1000 to 1000'],
  ])('%j: exit code 2 and no stack', async (args, message) => {
    const { code, stdout, stderr } = await here(args)
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^error MR001: .*\nhttps:\/\/millrace\.dev\/errors\/MR001\n$/)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('is told as JSON with --json', async () => {
    const { code, stderr } = await here(['runs', 'lst', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'MR001', exitCode: 2 } })
  })
})

test.each([[['migrate', '--sql']], [['migrate', '--roles']], [['demo']]])(
  '%j prints no JSON, and refuses --json',
  async (args) => {
    const { code, stdout, stderr } = await here([...args, '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(JSON.parse(stderr).error.message).toContain('leave out --json')
  },
)

describe.concurrent('JSON that is none', () => {
  test('shows the place, in an argument', async () => {
    const { code, stderr } = await here(['start', 'order', '{"id": 7, "at" 8}'])
    expect(code).toBe(2)
    expect(stderr).toContain('line 1, column 16 has "8" where ":" is expected')
    expect(stderr).toContain(`  {"id": 7, "at" 8}\n${' '.repeat(17)}^`)
  })

  test('shows the place, in a file', async () => {
    const { stderr } = await here(['start', 'order', '--input-file', 'broken.json'])
    expect(stderr).toContain('The input in broken.json is not JSON: line 3, column 8')
  })

  test('tells of the quotes that the shell took', async () => {
    const { stderr } = await here(['start', 'order', '{id: 7}'])
    expect(stderr).toContain('put single quotes around it')
  })
})

describe.concurrent('without a database', () => {
  test('both ways to have one are named', async () => {
    const { code, stderr } = await here(['runs', 'list'])
    expect(code).toBe(2)
    expect(stderr).toContain('set DATABASE_URL')
    expect(stderr).toContain('millrace dev')
  })

  test('an empty DATABASE_URL is none', async () => {
    const { stderr } = await here(['runs', 'list'], { DATABASE_URL: '' })
    expect(stderr).toContain('No database.')
  })

  test('a wrong connection string is not printed with its password', async () => {
    const { code, stderr } = await here(['runs', 'list', '--database-url', 'mysql://a:secret@b/c'])
    expect(code).toBe(2)
    expect(stderr).toContain('mysql://a:***@b/c')
  })

  test('that cannot be reached: exit code 6, and a stack only if asked for', async () => {
    const url = 'postgresql://nobody@127.0.0.1:1/none'
    const { code, stderr } = await here(['workers'], { DATABASE_URL: url })
    expect(code).toBe(6)
    expect(stderr).toContain('error MR090: The database cannot be reached')
    expect(stderr).not.toMatch(/^ {4}at /m)
    const verbose = await here(['workers'], { DATABASE_URL: url, MILLRACE_DEBUG: '1' })
    expect(verbose.stderr).toMatch(/^ {4}at /m)
  })
})

test.each([
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
  [['runs', 'lst'], 2, /^$/, /^error MR001: /],
  [
    ['workers', '--database-url', 'postgresql://nobody@127.0.0.1:1/none'],
    6,
    /^$/,
    /^error MR090: /,
  ],
])('what the shell gets of %j', async (args, code, stdout, stderr) => {
  const ended = await startMillrace(args, { cwd: folder.path }).ended
  const texts = { stdout: expect.stringMatching(stdout), stderr: expect.stringMatching(stderr) }
  expect(ended).toEqual({ code, ...texts })
})

test('a reader that leaves early is no error', () => {
  const script = 'set -o pipefail; "$0" "$1" migrate --sql | head -n 1; echo $?'
  const main = new URL('../../dist/cli/main.js', import.meta.url).pathname
  const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, main], {
    encoding: 'utf8',
  })
  expect([stdout, stderr]).toEqual(['begin;\n0\n', ''])
})
