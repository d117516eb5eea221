// pypgflow's verbs: its two kinds of example from the import to the history, by places and by flags.
import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { fraudDetection, orderProcessing } from '../support/machine-documents.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder } from './millrace.ts'

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>
const me = userInfo().username

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  await db.query("select millrace.register_tenant('acme')")
  folder = await makeFolder({ 'fraud.yaml': fraudDetection, 'order.yaml': orderProcessing })
})
afterAll(async () => {
  await folder.remove()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url, cwd: folder.path })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url, cwd: folder.path })

type Workflow = { id: string; name: string; version: string; is_active: boolean }
type Instance = { id: string; entity_id: string; current_state: string; status: string }
type Row = { from_state: string | null; to_state: string; executed_by: string }

test('a dry run lists what would be made, and asks no database', async () => {
  const { code, stdout, stderr } = await millrace(['import-workflow', 'fraud.yaml', '--dry-run'], {
    ...{ cwd: folder.path, url: 'postgresql://nobody@127.0.0.1:1/nowhere' },
  })
  expect({ code, stderr }).toMatchObject({
    ...{ code: 0, stderr: expect.stringContaining('"risk_score" in conditions of') },
  })
  expect(stdout).toMatch(/^· would import fraud_detection v1\.0\n {2}tenant +default\n/)
  expect(stdout).toContain('new, investigating, pending_approval, approved, rejected, cancelled')
  expect(stdout).toContain('cancel: any → cancelled')
  const planned = await json('import-workflow', 'order.yaml', '--dry-run', '--tenant-slug', 'acme')
  expect(planned).toMatchObject({
    ...{ id: null, name: 'order_processing', version: '1.0', tenant: 'acme', created: false },
    transitions: expect.arrayContaining(['process_return: delivered → returned']),
  })
  expect(await json('list-workflows', '--tenant-slug', 'acme')).toEqual([])
})

test('fraud detection, by places: import, list, start, transition, history', async () => {
  const imported = await json<Workflow>('import-workflow', 'fraud.yaml')
  expect(imported).toMatchObject({ name: 'fraud_detection', created: true })
  expect((await cli('import-workflow', 'fraud.yaml')).stdout).toMatch(/✓ was there already: fraud/)
  const [listed] = await json<Workflow[]>('list-workflows')
  expect(listed).toMatchObject({
    ...{ id: imported.id, name: 'fraud_detection', version: '1.0', is_active: true },
    states_count: 6,
  })
  expect((await cli('list-workflows')).stdout).toMatch(
    /^ID +WORKFLOW +VERSION.*\n[0-9a-f-]{36} +fraud_detection +1\.0 +✓ +6 +7 /,
  )
  const started = await cli('start-workflow', 'transactions', '12345', 'fraud_detection')
  expect(started.stdout).toMatch(
    /^✓ started fraud_detection for transactions:12345\n {2}instance +/,
  )
  const twice = await cli('start-workflow', 'transactions', '12345', 'fraud_detection')
  expect(twice).toMatchObject({ code: 4, stderr: expect.stringContaining('MR018') })
  const metadata = '{"amount": 5000, "risk_score": "medium"}'
  const byId = ['start-workflow-by-id', 'transactions', '777', imported.id]
  const second = await json<{ instance_id: string }>(...byId, '--metadata', metadata)
  expect(second).toMatchObject({ state: 'new', started: true })
  const filtered = ['list-instances', '--workflow-name', 'fraud_detection', '--state', 'new']
  const instances = await json<Instance[]>(...filtered)
  expect(instances.map((one) => one.entity_id)).toEqual(['777', '12345'])
  const id = (await cli('list-instances', '--entity-id', '12345', '--quiet')).stdout.trim()
  const moved = await cli(
    ...['transition', id, 'investigating', '--executed-by', 'security_analyst_1'],
    ...['--context', '{"department": "fraud_team"}', '--notes', 'Suspicious', '--role', 'analyst'],
  )
  expect(moved.stdout).toBe(`✓ ${id}  new → investigating  start_investigation\n`)
  const history = await cli('history', id, '--details')
  expect(history.stdout).toContain(`security_analyst_1 (${me})  Suspicious`)
  expect(history.stdout).toContain('context {"department":"fraud_team"}')
  expect(await json<Row[]>('history', id)).toMatchObject([
    { from_state: null, to_state: 'new', executed_by: me, claimed_by: null, notes: null },
    {
      ...{ from_state: 'new', to_state: 'investigating', transition_name: 'start_investigation' },
      ...{ executed_by: me, claimed_by: 'security_analyst_1', notes: 'Suspicious' },
      context: { department: 'fraud_team' },
    },
  ])
})

test('order processing, by flags, to a final state that may be left', async () => {
  await json('import-workflow', 'order.yaml')
  const entity = ['--entity-table', 'orders', '--entity-id', '7']
  const start = ['start-workflow', ...entity, '--workflow-name', 'order_processing']
  const { instance_id: id } = await json<{ instance_id: string }>(...start)
  for (const state of ['paid', 'shipped', 'delivered'])
    expect(await json('transition', id, state)).toMatchObject({ instance_id: id, to: state })
  expect(await json('list-instances', '--entity-table', 'orders')).toMatchObject([
    { id, current_state: 'delivered', status: 'completed' },
  ])
  const metadata = '{"reason": "too small"}'
  await json('transition', id, 'returned', '--metadata', metadata, '--by', 'ada')
  const rows = await json<Row[]>('history', id, '--format', 'json')
  expect(rows.map(({ to_state }) => to_state)).toEqual([
    ...['pending', 'paid', 'shipped', 'delivered', 'returned'],
  ])
  expect(rows.at(-1)).toMatchObject({ executed_by: 'ada', metadata: { reason: 'too small' } })
  expect((await cli('entities', 'verify', id)).stdout).toBe('✓ 1 trail of 1 whole, 5 rows\n')
})

test('what is refused, and with which exit code', async () => {
  const [{ id } = { id: '' }] = await json<Instance[]>('list-instances', '--entity-id', '777')
  const refused: [string[], number, RegExp][] = [
    [['transition', id, 'approved'], 4, /error MR013/],
    [['transition', '00000000-0000-7000-8000-000000000000', 'new'], 3, /error MR043/],
    [['transition', 'seven', 'new'], 2, /neither the id of an instance/],
    [['transition', id, 'new', '--context', '[1]'], 2, /context must be an object/],
    [['transition', id, 'new', '--metadata', '{"a"'], 2, /metadata is not JSON/],
    [
      ['start-workflow', 'transactions', '1', 'fraud_detecton'],
      3,
      /Did you mean "fraud_detection"/,
    ],
    [['start-workflow', 'transactions', '1'], 2, /name of the workflow, or --workflow-id/],
    [['start-workflow', 'transactions'], 2, /the table and the id/],
    [['start-workflow', 'a', '1', 'x', '--entity-table', 'a'], 2, /entity-table is given twice/],
    [['start-workflow-by-id', 'transactions', '1', 'x'], 2, /is not the id of a workflow/],
    [
      ['start-workflow-by-id', 'transactions', '1', '00000000-0000-4000-8000-000000000000'],
      ...([3, /no machine with the id/] as const),
    ],
    [['list-instances', '--limit', '0'], 2, /from 1 to 10000/],
    [['list-workflows', '--tenant', 'acme', '--tenant-slug', 'b'], 2, /Leave one of them out/],
    [['import-workflow', 'none.yaml'], 2, /there is no such file/],
  ]
  const all = refused.map(async ([args, code, message]) => ({
    ...{ args, code, message, ended: await cli(...args) },
  }))
  for (const { args, code, message, ended } of await Promise.all(all)) {
    expect(ended.stderr, args.join(' ')).toMatch(message)
    expect(ended.code, args.join(' ')).toBe(code)
  }
})

test('what is no machine, or a wrong one, is not imported: all that is wrong is told, and where', async () => {
  await folder.write(
    'graph.yaml',
    'name: g\nsteps:\n  - { id: a, type: delay, config: { seconds: 1 } }\n',
  )
  expect(await cli('import-workflow', 'graph.yaml')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('is no machine') },
  })
  await folder.write(
    'bad.yaml',
    'workflow: { name: bad }\nstates:\n  - name: a\n  - name: b\ntransitions:\n  - { from: a, to: c }\n',
  )
  const bad = await cli('import-workflow', 'bad.yaml', '--dry-run')
  expect(bad.code).toBe(2)
  expect(bad.stderr).toMatch(/bad\.yaml:6:\d+ .*"c"/)
  expect(bad.stderr).toMatch(/initial/)
})

test('tenants see their own machines and instances', async () => {
  const there = ['--tenant-slug', 'acme']
  expect(await json('list-instances', ...there)).toEqual([])
  const strange = ['start-workflow', 'transactions', '1', 'fraud_detection', ...there]
  expect(await cli(...strange)).toMatchObject({ code: 3 })
  await json('import-workflow', 'fraud.yaml', ...there)
  expect(
    await json('start-workflow', 'transactions', '1', 'fraud_detection', ...there),
  ).toMatchObject({ state: 'new' })
  expect(await json('list-instances', ...there)).toHaveLength(1)
  const [{ id } = { id: '' }] = await json<Instance[]>('list-instances', '--entity-id', '777')
  expect(await cli('transition', id, 'investigating', ...there)).toMatchObject({ code: 3 })
})
