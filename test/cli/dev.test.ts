import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConnectionString } from '../../src/embedded/index.ts'
import { WorkflowClient } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { makeFolder, millrace, type Running, startMillrace } from './millrace.ts'

// every command is a process, and a busy machine starts them slowly
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const hello = (greeting: string) => `import { workflow } from 'millrace'
import type { WorkflowClient } from 'millrace/client'
import { mark } from '../lib/mark.ts'

export type Client = WorkflowClient

export const hello = workflow('hello', async ({ step, input }) => {
  const { name }: { name: string } = input as never
  return step.run('greet', (): string => \`${greeting}, \${name}\${mark}\`)
})
`

let folder: Awaited<ReturnType<typeof makeFolder>>
let dev: Running
let url: string
let client: WorkflowClient

beforeAll(async () => {
  folder = await makeFolder({ 'lib/mark.ts': "export const mark: string = '!'\n" })
  dev = startMillrace(['dev'], { cwd: folder.path })
  await dev.says('Ctrl-C stops')
  url = (await readConnectionString(join(folder.path, '.millrace/pg'))) ?? ''
  client = new WorkflowClient({ connectionString: url })
})
afterAll(async () => {
  dev.child.kill('SIGKILL')
  await dev.ended
  await folder.remove()
})

/** What a new run of "hello" gives. */
async function greet(): Promise<unknown> {
  const run = await client.startWorkflow({ workflowId: 'hello', input: { name: 'Ada' } })
  return run.result({ timeout: '20 s' })
}

describe('dev', () => {
  test('says where everything is, and how to make a workflow', () => {
    const text = dev.text()
    expect(url).toMatch(/^postgresql:/)
    // with its password, which can be read nowhere else; but not again and again
    expect(text.split(url)).toHaveLength(2)
    expect(text.split(new URL(url).password)).toHaveLength(2)
    expect(text).toContain('for psql')
    expect(text).toContain('.millrace/postgres.log')
    expect(text).toContain('No workflow yet')
    expect(text).toContain("import { workflow } from 'millrace'")
    expect(text).toContain(`millrace start hello '{"name": "Ada"}'`)
  })

  test('takes up a file that appears, and tells of its runs', async () => {
    await folder.write('workflows/hello.ts', hello('Hello'))
    await dev.says(/↻ workflows\/hello\.ts {2}hello v1/)
    // another process finds the database by itself
    const args = ['start', 'hello', '{"name": "Ada"}', '--wait', '20 s']
    expect((await millrace(args, { cwd: folder.path })).stdout).toBe('"Hello, Ada!"\n')
    await dev.says(/● hello {2}started {2}[-0-9a-f]{36}/)
    await dev.says(/✓ hello {2}completed in .* {2}[-0-9a-f]{36}/)
  })

  test('takes up a change on save, of what a workflow imports too', async () => {
    await folder.write('workflows/hello.ts', hello('Good morning'))
    await until('the new greeting', async () => (await greet()) === 'Good morning, Ada!')
    await folder.write('lib/mark.ts', "export const mark: string = '?'\n")
    await until('the new mark', async () => (await greet()) === 'Good morning, Ada?')
    await until('it is told', () => dev.text().includes('↻ lib/mark.ts'))
  })

  test('keeps the last good version of a broken file, and names the place', async () => {
    await folder.write('workflows/hello.ts', 'export const a = 1\nexport const b: = 2\n')
    await dev.says('✗ workflows/hello.ts:2:17  SyntaxError')
    await dev.says('hello v1 as before')
    expect(await greet()).toBe('Good morning, Ada?')
    await folder.write('workflows/hello.ts', 'const a = 1\n\nnull.x(a)\nexport {}\n')
    await dev.says('✗ workflows/hello.ts:3:6  TypeError')
    await folder.write('workflows/hello.ts', hello('Hi'))
    await until('the mended file', async () => (await greet()) === 'Hi, Ada?')
  })

  test('one workflow in two files is an error of the second', async () => {
    await folder.write('workflows/again.ts', hello('Never'))
    await dev.says(
      '✗ workflows/again.ts  Workflow "hello" in version "1" is in workflows/hello.ts already.',
    )
    expect(await greet()).toBe('Hi, Ada?')
    await rm(join(folder.path, 'workflows/again.ts'))
  })

  test('tells of pauses, and of what others did to a run that is at work here', async () => {
    const drift = (first: string) => `import { workflow } from 'millrace'
export const drift = workflow('drift', async ({ step }) => {
  await ${first}
  await step.waitFor('gate', { eventName: 'opened' })
})
export const stop = workflow('stop', async ({ step }) => { await step.pause('look') })
export const long = workflow('long', async ({ step }) => {
  await step.run('sleep', ({ signal }) => new Promise((resolve) => {
    signal.addEventListener('abort', resolve)
  }))
})
`
    // the tests before may have used up the lines of this second: of the rest only the number is told
    const second = Date.now() + 1000
    await until('the next second', () => Date.now() > second)
    await folder.write('workflows/drift.ts', drift("step.run('first', () => 1)"))
    await dev.says(/drift v1, long v1, stop v1/)
    const start = (workflowId: string) => client.startWorkflow({ workflowId, input: null })
    const [run, stop, long] = [await start('drift'), await start('stop'), await start('long')]
    await dev.says(`◌ drift  waits at gate for "opened"  ${run.id}`)
    await dev.says(`‖ stop  paused by step.pause at look  ${stop.id}`)
    await dev.says(`● long  started  ${long.id}`)
    await long.cancel()
    await dev.says(`⊘ long  cancelled  ${long.id}`)
    await folder.write('workflows/drift.ts', drift("step.sleep('first', '1 s')"))
    await until('the changed file', () => dev.text().split('drift v1, long v1').length > 2)
    await run.signal('opened')
    await dev.says('‖ drift  paused: history_mismatch at step "first": Step "first" is recorded as')
    const { code, stderr } = await millrace(['runs', 'wait', run.id, '--timeout', '1 s'], {
      cwd: folder.path,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(`Run ${run.id} is paused (its code no longer fits its history)`)
    expect(stderr).toMatch(/error MR054: .* it is paused \(history_mismatch\): Step "first"/)
    await rm(join(folder.path, 'workflows/drift.ts'))
  })

  test('a file that vanishes takes its workflow with it', async () => {
    await rm(join(folder.path, 'workflows/hello.ts'))
    await dev.says('− hello v1 is not taken here any more')
    const run = await client.startWorkflow({ workflowId: 'hello', input: { name: 'Bob' } })
    await folder.write('workflows/hello.ts', hello('Welcome back'))
    expect(await run.result({ timeout: '15 s' })).toBe('Welcome back, Bob?')
  })

  test('ends with 0 at Ctrl-C, and leaves no server', async () => {
    await client.stop()
    const { code, stdout } = await dev.stop('SIGINT')
    expect(code).toBe(0)
    expect(stdout).toContain('Stopped.')
    expect(await readConnectionString(join(folder.path, '.millrace/pg'))).toBeNull()
    const { code: without, stderr } = await millrace(['runs', 'list'], { cwd: folder.path })
    expect([without, stderr]).toEqual([2, expect.stringContaining('add --embedded')])
  })

  test('--embedded starts the database of the folder for one command', async () => {
    const args = ['runs', 'list', '--embedded', '--limit', '1', '--quiet']
    const { code, stdout } = await millrace(args, { cwd: folder.path })
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^[-0-9a-f]{36}\n$/)])
    expect(await readConnectionString(join(folder.path, '.millrace/pg'))).toBeNull()
  })

  test('with --embedded, what is to be run to migrate its database has --embedded too', async () => {
    const args = ['runs', 'list', '--embedded', '--schema', 'other', '--json']
    const { code, stderr } = await millrace(args, { cwd: folder.path })
    expect([code, JSON.parse(stderr).error.message]).toEqual([
      ...[6, expect.stringContaining('Run "millrace migrate --embedded".')],
    ])
    const doctor = await millrace(['doctor', ...args.slice(2)], { cwd: folder.path })
    expect(doctor.stdout).toContain('Run \\"millrace migrate --embedded\\".')
  })
})

test('--json prints nothing but JSON, whatever user code prints', async () => {
  await using other = await makeFolder({
    'workflows/loud.ts': `import { workflow } from 'millrace'
console.log('loaded')
export const loud = workflow('loud', async ({ step }) => {
  await step.run('a', () => { console.log('at work'); process.stdout.write('half a line') })
})
`,
  })
  const session = startMillrace(['dev', '--json'], { cwd: other.path })
  await session.says('"event":"ready"')
  const args = ['start', 'loud', '--wait', '20 s', '--json']
  const started = await millrace(args, { cwd: other.path })
  expect([started.code, started.stderr]).toEqual([0, ''])
  const { code, stdout, stderr } = await session.stop('SIGINT')
  expect(code).toBe(0)
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)
  expect(events).toEqual(['ready', 'run.started', 'run.completed', 'stopped'])
  for (const printed of ['loaded', 'at work', 'half a line']) expect(stderr).toContain(printed)
})
