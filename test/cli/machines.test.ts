// Machines in `millrace workflows …`, and in the files of workers.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { fraudDetection, orderProcessing } from '../support/machine-documents.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder, startMillrace } from './millrace.ts'

// a busy machine starts processes slowly
vi.setConfig({ testTimeout: 120_000 })

const ticket = `import { defineMachine } from 'millrace/entity'
import { workflow } from 'millrace'
export const ticket = defineMachine({
  name: 'ticket',
  table: 'tickets',
  states: { open: { initial: true }, solved: { final: true } },
  transitions: { solve: { from: 'open', to: 'solved', reasonRequired: true } },
})
export const workflows = [ticket, workflow('echo', ({ input }) => input)]
`

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  folder = await makeFolder({
    ...{ 'fraud.yaml': fraudDetection, 'order.yaml': orderProcessing },
    ...{ 'workflows/ticket.ts': ticket, 'workflows/order.yaml': orderProcessing },
  })
})
afterAll(async () => {
  await folder.remove()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url, cwd: folder.path })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url, cwd: folder.path })

test.each(['yaml', 'json', 'sql'])('put, and exported as %s without loss', async (format) => {
  await json('workflows', 'put', 'fraud.yaml')
  expect(await json('workflows', 'put', 'fraud.yaml')).toEqual({
    ...{ id: 'fraud_detection', version: '1.0', created: false },
  })
  const { stdout } = await cli('workflows', 'export', 'fraud_detection', '--format', format)
  await folder.write(`out.${format}`, stdout)
  expect(await json('workflows', 'put', `out.${format}`)).toMatchObject({ created: false })
  expect(await cli('workflows', 'diff', `out.${format}`)).toMatchObject({
    ...{ code: 0, stdout: expect.stringContaining('no difference') },
  })
})

test.each([
  ['without a version', fraudDetection.replace(/^ {2}version: .*\n/m, '')],
  ['with another', fraudDetection],
])('put under a version, a document %s is exported with that', async (_, text) => {
  const given = text.replace('name: fraud_detection', `name: named-${_.length}`)
  await folder.write('named.yaml', given)
  const put = (file: string, ...more: string[]) => json<object>('workflows', 'put', file, ...more)
  const first = await put('named.yaml', '--version', 'june')
  expect(first).toMatchObject({ version: 'june', created: true })
  const { id } = first as { id: string }
  const { hash } = await json<{ hash: string }>('workflows', 'export', id)
  await using other = await createDatabase({ testClock: false })
  const there = <T>(...args: string[]) =>
    millraceJson<T>(args, { url: other.url, cwd: folder.path })
  for (const [i, format] of ['yaml', 'json', 'sql'].entries()) {
    const { stdout } = await cli('workflows', 'export', id, '--format', format)
    await folder.write(`named.${format}`, stdout)
    const again = { id, version: 'june', created: false }
    expect(await put(`named.${format}`)).toEqual(again)
    const moved = await there('workflows', 'put', `named.${format}`)
    expect(moved).toEqual({ ...again, created: i === 0 })
    expect(await there('workflows', 'diff', `named.${format}`)).toMatchObject([
      { version: 'june', stored: 'june', differences: [] },
    ])
  }
  expect(await there('workflows', 'export', id)).toMatchObject({ version: 'june', hash })
  // the document that was put first is still that version
  await folder.write('named.yaml', given)
  expect(await put('named.yaml', '--version', 'june')).toMatchObject({ created: false })
})

test('another version is another machine; what is different is told in words', async () => {
  await json('workflows', 'put', 'fraud.yaml')
  const changed = fraudDetection.replace(/name: cancel$/m, 'name: give_up')
  expect(changed).not.toBe(fraudDetection)
  await folder.write('fraud2.yaml', changed)
  const same = await cli('workflows', 'put', 'fraud2.yaml')
  expect(same).toMatchObject({ code: 4, stderr: expect.stringContaining('a version of its own.') })
  const diff = await cli('workflows', 'diff', 'fraud2.yaml')
  expect(diff).toMatchObject({ code: 1 })
  expect(diff.stdout).toBe(
    '≠ fraud_detection  against version 1.0\n  transition "cancel" removed\n  transition "give_up" added\n',
  )
  expect(await json('workflows', 'put', 'fraud2.yaml', '--version', '2')).toMatchObject({
    ...{ version: '2', created: true },
  })
  const listed = await cli('workflows', 'list')
  expect(listed.stdout).toMatch(/fraud_detection +1\.0 +machine\s/)
  expect(listed.stdout).toMatch(/fraud_detection +2 +machine\s/)
  const queue = await cli('workflows', 'put', 'fraud.yaml', '--queue', 'q')
  expect(queue).toMatchObject({ code: 2, stderr: expect.stringContaining('queue') })
})

test('compiled, they are there without the code, and entities can be started', async () => {
  await using other = await createDatabase({ testClock: false })
  const at = { url: other.url, cwd: folder.path }
  const { code, stdout: sql, stderr } = await cli('workflows', 'compile')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(sql).toContain('-- machine "ticket" in version "1"\nselect millrace.register_workflow(')
  await other.pool.query(sql)
  await other.pool.query(sql) // again: no change
  const known = await millraceJson<{ name: string; states_count: number }[]>(['list-workflows'], at)
  expect(known.map(({ name, states_count }) => `${name} ${states_count}`)).toEqual([
    ...['order_processing 6', 'ticket 2'],
  ])
  expect(await millraceJson(['entities', 'start', 'ticket', '9'], at)).toMatchObject({
    ...{ state: 'open', started: true },
  })
  const row = await millraceJson(['entities', 'get', 'ticket/9'], at)
  expect(row).toMatchObject({ table: 'tickets', entityId: '9', version: '1' })
  expect(await millrace(['workflows', 'diff', 'workflows/order.yaml'], at)).toMatchObject({
    code: 0,
  })
})

test('a worker registers the machines of its files, of code and of documents', async () => {
  const worker = startMillrace(['worker', '--until-idle'], { url: db.url, cwd: folder.path })
  const { code, stdout } = await worker.ended
  expect({ code, stdout }).toMatchObject({ code: 0 })
  const kinds = await json<{ id: string; kind: string }[]>('workflows', 'list')
  expect(kinds).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: 'ticket', kind: 'machine', version: '1' }),
      expect.objectContaining({ id: 'order_processing', kind: 'machine', version: '1.0' }),
      expect.objectContaining({ id: 'echo', kind: 'function' }),
    ]),
  )
  const run = await cli('start', 'ticket', '{}')
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('has no runs') })
  expect(run.stderr).toContain('"millrace entities start"')
  const entity = await cli('entities', 'start', 'echo', '1')
  expect(entity).toMatchObject({ code: 3, stderr: expect.stringContaining('"millrace start"') })
})

test('a worker that watches takes a machine that is changed, under a new version', async () => {
  await using files = await makeFolder({ 'workflows/ticket.ts': ticket })
  const worker = startMillrace(['worker', '--watch'], { url: db.url, cwd: files.path })
  await worker.says('ready: ')
  const second = ticket.replace("name: 'ticket',", "name: 'ticket', version: '2',")
  await files.write(
    'workflows/ticket.ts',
    second
      .replace('solved: {', 'held: {}, solved: {')
      .replace("from: 'open'", "from: ['open', 'held']")
      .replace('transitions: {', "transitions: { hold: { from: 'open', to: 'held' },"),
  )
  await worker.says('v2')
  const versions = await json<{ name: string; version: string }[]>('list-workflows')
  expect(versions.filter(({ name }) => name === 'ticket').map(({ version }) => version)).toEqual([
    ...['2', '1'],
  ])
  await worker.stop('SIGTERM')
})

test('its picture, of a file and of what is stored', async () => {
  await json('workflows', 'put', 'order.yaml')
  const stored = await cli('workflows', 'diagram', 'order_processing')
  expect(stored.stdout).toMatch(/^stateDiagram-v2\n {2}state "pending" as s1\n/)
  expect((await cli('workflows', 'diagram', 'order.yaml')).stdout).toBe(stored.stdout)
  const svg = await cli('workflows', 'diagram', 'order.yaml', '--svg')
  expect(svg.stdout).toMatch(/^<svg [\s\S]*<title>order_processing<\/title>[\s\S]*<\/svg>\n$/)
  const code = await cli('workflows', 'diagram', 'workflows/ticket.ts')
  expect(code.stdout).toContain('state "solved" as s2')
  const graph = 'name: g\nsteps:\n  - { id: a, type: delay, config: { seconds: 1 } }\n'
  await folder.write('graph.yaml', graph)
  for (const [args, message, exit] of [
    [['graph.yaml'], /has no machine: it has none at all/, 2],
    [['workflows/ticket.ts', 'order'], /has no machine "order": it has "ticket"/, 2],
    [['none'], /MR040/, 3],
    [['order.yaml', '--json'], /diagram prints a picture/, 2],
  ] as const) {
    const { code, stderr } = await cli('workflows', 'diagram', ...args)
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringMatching(message) })
  }
})

test('check tells what of conditions nobody enforces', async () => {
  const checked = await cli('workflows', 'check', 'order.yaml', 'workflows/ticket.ts')
  expect(checked).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('✓ order.yaml  order_'),
  })
  expect(checked.stderr).toMatch(/order\.yaml:\d+:\d+ NOT_ENFORCED "return_window_days"/)
})
