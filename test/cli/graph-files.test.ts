// Flows, graphs and steps in workflow files, as `millrace worker` and `millrace dev` take them up.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { secretVariable } from '../../src/cli/surroundings.ts'
import { WorkflowClient } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { makeFolder, millrace, startMillrace } from './millrace.ts'

// every command is a process, and a busy machine starts them slowly
vi.setConfig({ testTimeout: 90_000 })

let db: TestDatabase
let client: WorkflowClient

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  client = new WorkflowClient({ connectionString: db.url })
})
afterAll(async () => {
  await client.stop()
  await db.drop()
})

const flow = (by: string) => `import { Flow } from 'millrace/flow'
export const site = new Flow<{ urls: string[] }>({ slug: 'site' })
  .array({ slug: 'urls' }, ({ urls }) => urls)
  .map({ slug: 'titles', array: 'urls', blockSize: 2 }, (url) => '${by} ' + url)
`

const steps = (by: string) => `import { defineStep } from 'millrace'
export const draw = defineStep('draw', ({ text }: { text: string }) => '${by} ' + text)
`

const graph = `name: far
steps:
  - id: draw
    type: step
    queue: gpu
    config: { step: draw, input: { text: "{{ trigger.data }}" } }
`

/** What new runs give. */
async function results(): Promise<unknown[]> {
  const started = [
    await client.startWorkflow({ workflowId: 'site', input: { urls: ['a', 'b', 'c'] } }),
    await client.startWorkflow({ workflowId: 'far', input: 'a cat' }),
  ]
  return Promise.all(started.map((run) => run.result({ timeout: '20 s' })))
}

const expected = (by: string) => [
  { titles: ['a', 'b', 'c'].map((url) => `${by} ${url}`) },
  { draw: `${by} a cat` },
]

test('a flow in blocks and a graph with a queue are served, also after a reload', async () => {
  await using folder = await makeFolder({
    'workflows/site.ts': flow('old'),
    'workflows/far.yaml': graph,
    'workflows/steps.ts': steps('old'),
  })
  const at = { url: db.url, cwd: folder.path }
  // makes them known
  const first = await millrace(['worker', '--until-idle'], at)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/ready: far s-\w+, site s-\w+, steps draw \(/)
  const waiting = results()
  await until('both are there', async () => (await client.getRuns({})).items.length === 2)
  const { code, stdout } = await millrace(['worker', '--until-idle'], at)
  expect(code, stdout).toBe(0)
  expect(await waiting).toEqual(expected('old'))

  const dev = startMillrace(['dev'], at)
  // it would take the runs of the next test
  onTestFinished(() => void dev.child.kill('SIGKILL'))
  await dev.says(/step draw {2}workflows\/steps\.ts/)
  await dev.says('Ctrl-C stops')
  expect(await results()).toEqual(expected('old'))
  await folder.write('workflows/site.ts', flow('new'))
  await dev.says(/↻ workflows\/site\.ts {2}site s-/)
  await folder.write('workflows/steps.ts', steps('new'))
  await dev.says(/↻ workflows\/steps\.ts {2}step draw/)
  expect(await results()).toEqual(expected('new'))
  // another document is another version; the runs of the old one go on here
  await folder.write('workflows/far.yaml', graph.replace('{{ trigger.data }}', 'a dog'))
  await dev.says(/↻ workflows\/far\.yaml {2}far s-/)
  // a client asks for the newest version every few seconds
  const isNew = async () => JSON.stringify((await results())[1]) === '{"draw":"new a dog"}'
  await until('the new version', isNew)
  await folder.write('workflows/far.yaml', graph.replace('type: step', 'type: stp'))
  await dev.says(/✗ workflows\/far\.yaml:4:11 UNKNOWN_STEP_TYPE The type of step "draw" is "stp"/)
  await dev.says(/far s-\w+ as before/)
  expect((await results())[1]).toEqual({ draw: 'new a dog' })
  expect((await dev.stop('SIGINT')).stdout).not.toContain('is not taken here any more')
})

test('a worker refuses documents with errors, and tells all of them with their places', async () => {
  await using folder = await makeFolder({
    'workflows/a.yml': 'name: a\nsteps:\n  - { id: x, type: htp, config: {}, depends_on: [y] }\n',
    'workflows/b.yaml': 'name: b\nsteps: [\n',
    'workflows/other.json': '{}',
  })
  const at = { url: db.url, cwd: folder.path }
  const { code, stderr } = await millrace(['worker', '--until-idle'], at)
  expect(code).toBe(2)
  expect(stderr).toContain('2 workflow files cannot be loaded')
  expect(stderr).toMatch(/^ {2}workflows\/a\.yml:3:\d+ UNKNOWN_STEP_TYPE /m)
  expect(stderr).toMatch(/^ {2}workflows\/a\.yml:3:\d+ INVALID_DEPENDENCY /m)
  expect(stderr).toMatch(/^ {2}workflows\/b\.yaml:\d+:\d+ \w+ /m)
  expect(stderr).not.toContain('other.json')
  const named = await millrace(['worker', '--workflows', 'workflows/*.json'], at)
  expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('workflows/other.json:') })
})

test('secrets of the environment, targets and statements of options', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization)
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await using folder = await makeFolder({
    'guarded.yaml': `name: guarded
steps:
  - id: ask
    type: http
    retry: { max_attempts: 1 }
    config:
      url: http://127.0.0.1:${port}/
      headers: { Authorization: "Bearer {{ secrets.crm_token }}" }
  - id: count
    type: sql
    depends_on: [ask]
    config: { statement: add two, params: [3] }
`,
    'statements.yaml': 'add two: select $1::int + 2 as sum\n',
    'wrong.yaml': 'add two: [1]\n',
  })
  const at = { url: db.url, cwd: folder.path, env: { MILLRACE_SECRET_CRM_TOKEN: 's3cret-token' } }
  expect(await millrace(['workflows', 'put', 'guarded.yaml'], at)).toMatchObject({ code: 0 })
  const run = async (...args: string[]) => {
    const { id } = await client.startWorkflow({ workflowId: 'guarded', input: null })
    const ended = await millrace(['worker', '--graphs', '--until-idle', ...args], at)
    expect(ended.code, ended.stderr).toBe(0)
    return client.getRun({ runId: id })
  }
  const closed = await run('--statements', 'statements.yaml')
  expect(closed).toMatchObject({ status: 'failed' })
  expect(asked).toEqual([])
  const open = await run('--statements', 'statements.yaml', '--http-allow', `127.0.0.1:${port}`)
  expect(open, JSON.stringify(open.failure)).toMatchObject({ status: 'completed' })
  expect(open.output).toEqual({ count: { rows: [{ sum: 5 }], row_count: 1 } })
  expect(asked).toEqual(['Bearer s3cret-token'])
  server.close()
  for (const [args, what] of [
    [['--http-allow', 'http://a/b'], /--http-allow: /],
    [['--statements', 'none.yaml'], /none\.yaml cannot be read/],
    [['--statements', 'wrong.yaml'], /The statement "add two" is /],
  ] as const) {
    const refused = await millrace(['worker', '--graphs', ...args], at)
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(what) })
  }
})

test('the variable of a secret', () => {
  expect(secretVariable('crm_token')).toBe('MILLRACE_SECRET_CRM_TOKEN')
  expect(secretVariable('Crm.token-2 ä')).toBe('MILLRACE_SECRET_CRM_TOKEN_2__')
})
