import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type PutWorkflow, WorkflowEngine } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace, millraceJson } from './here.ts'
import { millrace as inOwnProcess, makeFolder, startMillrace } from './millrace.ts'

// a busy machine starts processes slowly
vi.setConfig({ testTimeout: 60_000 })

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  folder = await makeFolder()
})
afterAll(async () => {
  await folder.remove()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url, cwd: folder.path })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url, cwd: folder.path })
const file = (name: string, text: string) => folder.write(name, text)

const yaml = `# what to do with an order
name: order
steps:
  - { id: get, type: transform, config: { expression: "{{ 1 }}" } }
  - id: tell
    type: transform
    depends_on: [get]
    config: { expression: "{{ 2 }}" }
`

test('put, list, start, export, and put again', async () => {
  await file('order.yaml', yaml)
  const put = await cli('workflows', 'put', 'order.yaml')
  expect(put).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/✓ stored order {2}version s-/),
  })
  expect(put.stderr).toContain('No worker takes stored graphs')
  expect(put.stderr).toContain('worker --graphs')
  const again = await json<PutWorkflow>('workflows', 'put', 'order.yaml')
  expect(again).toMatchObject({ id: 'order', created: false })
  expect((await cli('workflows')).stdout).toMatch(/order +s-[0-9a-f]{12} +graph +0 +0/)
  // without loss: what is exported is the same version
  for (const format of ['yaml', 'json']) {
    const { stdout } = await cli('workflows', 'export', 'order', '--format', format)
    await file(`again.${format}`, stdout)
    expect(await json('workflows', 'put', `again.${format}`)).toEqual(again)
  }
  expect(await readFile(join(folder.path, 'again.yaml'), 'utf8')).toContain('  - id: tell\n')
  const other = yaml.replace('order\n', 'order\nversion: "2"\n')
  const { stdout } = await millrace(['workflows', 'put', '-', '--quiet'], {
    url: db.url,
    input: other,
  })
  expect(stdout).toBe('2\n')
  const started = await json<{ version: string }>('start', 'order')
  expect(started.version).toBe('2')
  const exported = await cli('workflows', 'export', 'order', '--version', again.version)
  expect(exported.stdout).not.toContain('version')
  const stored = await json('workflows', 'export', 'order')
  expect(stored).toMatchObject({ workflowId: 'order', version: '2', kind: 'graph' })
})

test('a version that was given with put is exported, and the content is the same', async () => {
  await file('named.yaml', yaml.replace('name: order', 'name: named'))
  await file('other.yaml', yaml.replace('name: order', 'name: named\nversion: "7"'))
  const put = (name: string, ...more: string[]) =>
    json<PutWorkflow>('workflows', 'put', name, ...more)
  const hash = async () => (await json<{ hash: string }>('workflows', 'export', 'named')).hash
  expect(await put('named.yaml', '--version', 'june')).toMatchObject({ created: true })
  const first = await hash()
  expect(await put('other.yaml', '--version', 'june')).toMatchObject({ created: false })
  await using elsewhere = await createDatabase({ testClock: false })
  const there = { url: elsewhere.url, cwd: folder.path }
  for (const format of ['yaml', 'json', 'sql']) {
    const { stdout } = await cli('workflows', 'export', 'named', '--format', format)
    await file(`named2.${format}`, stdout)
    expect(await put(`named2.${format}`)).toMatchObject({ version: 'june', created: false })
    await millraceJson(['workflows', 'put', `named2.${format}`], there)
    const diff = ['workflows', 'diff', `named2.${format}`]
    expect(await millraceJson(diff, there)).toMatchObject([{ stored: 'june', differences: [] }])
  }
  const moved = ['workflows', 'export', 'named']
  expect(await millraceJson(moved, there)).toMatchObject({ version: 'june', hash: first })
  // of a document without a version nothing is said about that
  expect((await cli('workflows', 'diff', 'named.yaml')).code).toBe(0)
  const diff = await cli('workflows', 'diff', 'other.yaml')
  expect(diff).toMatchObject({ code: 1, stdout: expect.stringContaining('"june", now "7"') })
})

test('options of its runs', async () => {
  await file(
    'opted.json',
    JSON.stringify({ name: 'opted', steps: [{ id: 'a', type: 'delay', config: { seconds: 1 } }] }),
  )
  const options = ['--version', '1', '--queue', 'slow', '--priority', '-2', '--retries', '0']
  await json('workflows', 'put', 'opted.json', ...options, '--timeout', '2 m')
  const definition = `select definition from millrace.workflows where name = 'opted'`
  expect(await db.value(definition)).toEqual({
    ...{ kind: 'graph', queue: 'slow', priority: -2, retries: 0, timeout_ms: 120_000 },
  })
})

test('no warning where a worker takes it', async () => {
  const engine = new WorkflowEngine({ connectionString: db.url, graphs: ['order'] })
  await engine.start({ drainTimeout: '100 ms' })
  const { stderr } = await cli('workflows', 'put', 'order.yaml')
  await engine.stop()
  expect(stderr).toBe('')
})

test('what is wrong is told, all of it', async () => {
  await file('broken.yaml', 'name: a\nsteps: [\n')
  const broken = await cli('workflows', 'put', 'broken.yaml')
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringMatching(/broken\.yaml:\d+:\d+ /) })
  const bad = 'name: bad\nsteps:\n  - { id: a, type: htp, config: {}, depends_on: [b] }\n'
  await file('bad.yaml', bad)
  const refused = await cli('workflows', 'put', 'bad.yaml')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/"htp"/)
  expect(refused.stderr).toMatch(/depends on "b", which does not exist/)
  await file(
    'two.yaml',
    yaml.replace('order\n', 'order\nversion: "2"\n').replace('{{ 2 }}', '{{ 3 }}'),
  )
  expect(await cli('workflows', 'put', 'two.yaml')).toMatchObject({
    ...{ code: 4, stderr: expect.stringContaining('another content') },
  })
  expect(await cli('workflows', 'put', 'none.yaml')).toMatchObject({ code: 2 })
  expect(await cli('workflows', 'export', 'none')).toMatchObject({ code: 3 })
})

test('a worker runs stored graphs, without files too where it is told to; --no-graphs: none', async () => {
  const alone = await inOwnProcess(['worker'], { url: db.url, cwd: folder.path })
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('--graphs') })
  const takes = async (...args: string[]) => {
    const running = startMillrace(['worker', ...args], { url: db.url, cwd: folder.path })
    await running.says('ready')
    const [worker] = await json<{ graphs: string[] | null }[]>('workers')
    await running.stop('SIGTERM')
    return { graphs: worker?.graphs, text: running.text() }
  }
  const all = await takes('--graphs')
  expect(all.graphs).toEqual(['*'])
  expect(all.text).toContain('ready: stored graphs')
  expect((await takes('--graphs', 'order,other')).graphs).toEqual(['order', 'other'])
  const index = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)
  const code = `import { workflow } from ${index}\nexport const w = workflow('w', () => 1)\n`
  await folder.write('workflows/w.mjs', code)
  expect((await takes()).graphs).toEqual(['*'])
  expect((await takes('--no-graphs')).graphs).toBeNull()
})

test('a file that is not there, or a folder, is bad input: which, and what is meant', async () => {
  await file('order.yaml', yaml)
  for (const verb of ['check', 'put', 'dry-run', 'diff']) {
    const missing = await cli('workflows', verb, 'ordr.yaml')
    expect(missing.stderr, verb).toMatch(
      /MR001: ordr\.yaml cannot be read: there is no such file\. Did you mean "order\.yaml"\?/,
    )
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    const isFolder = await cli('workflows', verb, '.')
    expect(isFolder, verb).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a folder'),
    })
  }
  const nowhere = await cli('workflows', 'check', 'order.yaml', 'no/order.ts')
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('no folder no') })
})

test('check tells of all files, though some are not there', async () => {
  await file('order.yaml', yaml)
  await file('bad.yaml', yaml.replace('name: order', 'nam: order'))
  const good = await cli('workflows', 'check', 'none.yaml', 'order.yaml', 'no/order.ts')
  expect(good).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/^✓ order\.yaml {2}order\n$/),
  })
  expect(good.stderr).toMatch(
    /MR001: none\.yaml cannot be read:[\s\S]*no\/order\.ts cannot be read:/,
  )
  const bad = await cli('workflows', 'check', 'bad.yaml', 'none.yaml')
  expect(bad).toMatchObject({ code: 2, stdout: expect.stringContaining('bad.yaml:') })
  expect(bad.stderr).toMatch(/1 error|2 errors/)
  expect(bad.stderr).toContain('none.yaml cannot be read')
  const given = await cli('workflows', 'check', 'order.yaml', 'none.yaml', '--json')
  expect(JSON.parse(given.stdout)).toMatchObject([{ file: 'order.yaml', problems: [] }])
  expect(JSON.parse(given.stderr)).toMatchObject({ error: { details: { file: 'none.yaml' } } })
})

test('deactivate, activate, delete', async () => {
  await file('closing.yaml', yaml.replace('name: order', 'name: closing'))
  await json('workflows', 'put', 'closing.yaml')
  const off = await cli('workflows', 'deactivate', 'closing', '--reason', 'prices are wrong')
  expect(off).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('workflows activate closing'),
  })
  expect((await cli('workflows')).stdout).toMatch(/closing +s-[0-9a-f]{12} +graph +0 +0 +inactive/)
  const refused = await cli('start', 'closing')
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('(prices are wrong)') })
  expect(await json('workflows', 'deactivate', 'closing')).toMatchObject({ changed: false })
  expect(await json('workflows', 'activate', 'closing')).toMatchObject({ changed: true })
  await json('start', 'closing')
  expect(await cli('workflows', 'delete', 'closing')).toMatchObject({
    ...{ code: 4, stderr: expect.stringContaining('has 1 unfinished run') },
  })
  const gone = await json('workflows', 'delete', 'closing', '--leave-runs')
  expect(gone).toEqual({ workflowId: 'closing', versions: 1, live: 1 })
  expect((await cli('workflows')).stdout).toMatch(/closing +s-[0-9a-f]{12} +graph +1 +0 +deleted/)
  expect(await cli('start', 'closing')).toMatchObject({ code: 3 })
  expect(await json('workflows', 'put', 'closing.yaml')).toMatchObject({ created: true })
  await json('start', 'closing')
})
