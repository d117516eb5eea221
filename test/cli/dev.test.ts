import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConnectionString } from '../../src/embedded/index.ts'
import { WorkflowClient } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { makeFolder, millrace, type Running, startMillrace } from './millrace.ts'

// every command is a process, and a busy machine starts them slowly
vi.setConfig({ testTimeout: 60_000 })

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
    expect(text).toContain(url)
    expect(text).toContain('.millrace/postgres.log')
    expect(text).toContain(`psql '${url}'`)
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
    expect(dev.text()).toContain('↻ lib/mark.ts')
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
})
