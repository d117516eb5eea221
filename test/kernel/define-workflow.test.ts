import { expect, test } from 'vitest'
import type { Json } from '../../src/model/json.ts'
import { jsonbHash } from '../../src/model/jsonb-text.ts'
import { openKernel } from '../support/kernel.ts'
import { type Call, openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Defined = { workflow_id: string; version: string; created: boolean }
type Issue = { code: string; message: string; pointer: string }

const define = async (document: unknown, options: object = {}): Promise<Defined> => {
  const text = 'select * from millrace.define_workflow($1, $2)'
  const [row] = await kernel.query<Defined>(text, [JSON.stringify(document), options])
  return row as Defined
}
const issuesOf = async (document: unknown): Promise<string[]> => {
  const { issues } = await refusal(define(document), 'MR030', /^The document/)
  return (issues as Issue[]).map(({ code, pointer }) => `${code} ${pointer}`)
}
const node = (id: string, depends?: unknown, more: object = {}) => ({
  ...{ id, type: 'transform', config: { expression: '{{ 1 }}' } },
  ...(depends === undefined ? {} : { depends_on: depends }),
  ...more,
})
const graph = (name: string, steps: unknown = [node('a')], more: object = {}) => ({
  ...{ name, steps },
  ...more,
})
const started = (name: string, options: object = {}) =>
  kernel.value<{ version: string; queue: string; priority: number }>(
    `select json_build_object('version', r.version, 'queue', r.queue, 'priority', r.priority)
     from millrace.resolve_route(1, $1, $2) r`,
    [name, (options as { version?: string }).version ?? null],
  )

test('a version is made from the content, once', async () => {
  const document = graph('once', [node('a'), node('b', ['a'])])
  const version = `s-${jsonbHash(document as Json).slice(0, 12)}`
  expect(await define(document)).toEqual({ workflow_id: 'once', version, created: true })
  const reordered = { steps: document.steps, name: 'once' }
  expect(await define(reordered)).toEqual({ workflow_id: 'once', version, created: false })
  const other = await define(graph('once', [node('a')]))
  expect(other.created).toBe(true)
  expect(other.version).not.toBe(version)
  const known = await kernel.value<number>(
    `select count(*)::int from millrace.workflow_documents d
     join millrace.workflows w on w.id = d.workflow_id where w.name = 'once'`,
  )
  expect(known).toBe(2)
})

test('it can be started from SQL at once; what was put last is what starts take', async () => {
  await define(graph('last', [node('a')], { version: '1' }))
  await define(graph('last', [node('b')], { version: '2' }))
  const run = await kernel.value<string>(`select millrace.start_workflow('last', '{"x": 1}')`)
  expect(await kernel.value('select millrace.get_run($1)', [run])).toMatchObject({
    ...{ workflow_id: 'last', version: '2', status: 'pending' },
  })
  await define(graph('last', [node('a')], { version: '1' }))
  expect(await started('last')).toMatchObject({ version: '1' })
  expect(await started('last', { version: '2' })).toMatchObject({ version: '2' })
})

test('also where living workers have only another version, if one of them takes graphs', async () => {
  const worker = async (info: object) =>
    kernel.value<string>('select millrace.register_worker(1, 60000, $1)::text', [info])
  const stop = (id: string) => kernel.query('select millrace.stop_worker($1)', [id])
  await define(graph('taken', [node('a')], { version: '1' }))
  await define(graph('taken', [node('b')], { version: '2' }))
  const workflows = [['taken', '1']]
  const old = await worker({ workflows })
  expect(await started('taken')).toMatchObject({ version: '1' })
  const other = await worker({ workflows, graphs: ['other'] })
  expect(await started('taken')).toMatchObject({ version: '1' })
  const one = await worker({ workflows, graphs: ['taken'] })
  expect(await started('taken')).toMatchObject({ version: '2' })
  await stop(one)
  expect(await started('taken')).toMatchObject({ version: '1' })
  const all = await worker({ workflows: [], graphs: ['*'] })
  expect(await started('taken')).toMatchObject({ version: '2' })
  for (const id of [old, other, all]) await stop(id)
})

test('another content of a version is refused, and so is a version that is code', async () => {
  await define(graph('fixed', [node('a')], { version: '1' }))
  const other = graph('fixed', [node('b')], { version: '1' })
  const details = await refusal(define(other), 'MR015', /"fixed".*version "1".*another content/)
  expect(details).toMatchObject({ workflow_id: 'fixed', version: '1' })
  await kernel.route({ name: 'code', definition: { kind: 'function' } })
  await refusal(define(graph('code', [node('a')], { version: '1' })), 'MR015', /as code .*function/)
  const kind = `select definition ->> 'kind' from millrace.workflows where name = 'code'`
  expect(await kernel.value(kind)).toBe('function')
  expect((await define(graph('code'))).created).toBe(true)
})

test('options: where runs go, and how long they may take', async () => {
  const options = { queue: 'slow', priority: 5, retries: 0, timeout: '2 minutes', version: '7' }
  const limits = { limits: { concurrency: [{ limit: 2 }] } }
  const document = graph('opted', [node('a')], { timeout: 30, version: '6' })
  expect(await define(document, { ...options, ...limits })).toMatchObject({ version: '7' })
  expect(await started('opted')).toEqual({ version: '7', queue: 'slow', priority: 5 })
  const definition = () =>
    kernel.value(`select definition from millrace.workflows where name = 'opted' and version = '7'`)
  expect(await definition()).toEqual({
    ...{ kind: 'graph', queue: 'slow', priority: 5, retries: 0, timeout_ms: 120_000, ...limits },
  })
  // again, without them: the document's own are what is left
  expect(await define(document, { version: '7' })).toMatchObject({ created: false })
  expect(await definition()).toEqual({ kind: 'graph', timeout_ms: 30_000 })
  await define(graph('opted', [node('b')], { timeout: '3 hours', version: '7b' }))
  for (const [bad, message] of [
    [{ queue: '' }, /queue must match/],
    [{ version: 'ä' }, /version must match/],
    [{ priority: 1001 }, /priority must be/],
    [{ retries: -1 }, /retries must be/],
    [{ timeout: 'soon' }, /not a duration/],
    [{ limits: { concurrency: 'x' } }, /./],
    [{ other: 1 }, /"other" is not known/],
  ] as const)
    await refusal(define(document, bad), 'MR001', message)
})

test('a document with a cron has its schedule; the next one without it has none', async () => {
  const schedules = () =>
    kernel.query(`select name, cron, timezone from millrace.schedules where workflow = 'timed'`)
  const trigger = { cron_expression: '0 9 * * 1-5', timezone: 'Europe/Vienna' }
  await define(graph('timed', undefined, { trigger_type: 'cron', trigger_config: trigger }))
  expect(await schedules()).toEqual([
    { name: 'timed#1', cron: '0 9 * * 1-5', timezone: 'Europe/Vienna' },
  ])
  const bad = graph('timed', undefined, {
    ...{ trigger_type: 'cron', trigger_config: { cron_expression: 'at nine' } },
  })
  await refusal(define(bad), 'MR001', /"at nine" must have 5 or 6 fields/)
  const off = { trigger_type: 'cron', trigger_config: trigger, is_active: false }
  await define(graph('timed', undefined, off))
  expect(await schedules()).toEqual([])
  await define(graph('timed', undefined, { trigger_type: 'cron', trigger_config: trigger }))
  expect(await schedules()).toHaveLength(1)
  await define(graph('timed', undefined, { trigger_type: 'manual' }))
  expect(await schedules()).toEqual([])
})

test('a title is a name where there is no $schema: an id is made of it', async () => {
  const made = await define(graph('Bestellung für Köln'))
  expect(made.workflow_id).toMatch(/^Bestellung f-r K-ln-[0-9a-f]{6}$/)
  expect((await define(graph('Order Pipeline'))).workflow_id).toBe('Order Pipeline')
  const ours = { ...graph('für'), $schema: 'https://millrace.dev/schema/graph.json' }
  expect(await issuesOf(ours)).toEqual(['VALIDATION_ERROR /name'])
})

test('all that is wrong is told at once, each with its place', async () => {
  expect(await issuesOf([])).toEqual(['VALIDATION_ERROR '])
  expect(await issuesOf({})).toEqual(['VALIDATION_ERROR /name', 'NO_STEPS /steps'])
  expect(await issuesOf(graph('x', []))).toEqual(['NO_STEPS /steps'])
  expect(await issuesOf(graph('x', { a: 1 }))).toEqual(['VALIDATION_ERROR /steps'])
  const document = {
    ...{ name: 'x', version: 1, trigger_type: 'often', timeout: 'no' },
    steps: [
      ...[node('a', ['nope', 5]), node('a'), 'no step', node('#'), node('t', [], { type: 'htp' })],
      ...[node('d', 'a'), node('e', ['e']), { id: 'f' }],
    ],
  }
  expect((await issuesOf(document)).sort()).toEqual(
    [
      'VALIDATION_ERROR /version',
      'VALIDATION_ERROR /trigger_type',
      'INVALID_DEPENDENCY /steps/0/depends_on/0',
      'VALIDATION_ERROR /steps/0/depends_on/1',
      'DUPLICATE_STEP_ID /steps/1/id',
      'VALIDATION_ERROR /steps/2',
      'VALIDATION_ERROR /steps/3/id',
      'UNKNOWN_STEP_TYPE /steps/4/type',
      'VALIDATION_ERROR /steps/5/depends_on',
      'UNKNOWN_STEP_TYPE /steps/7/type',
    ].sort(),
  )
  const cron = graph('x', undefined, { trigger_type: 'cron' })
  expect(await issuesOf(cron)).toEqual(['VALIDATION_ERROR /trigger_config'])
  const count = await kernel.value(`select count(*)::int from millrace.workflows where name = 'x'`)
  expect(count).toBe(0)
})

test('what is null is not there', async () => {
  const nothing = { version: null, trigger_type: null, timeout: null, $schema: null }
  const document = graph('null', [node('a', null)], nothing)
  expect((await define(document)).version).toMatch(/^s-/)
})

test('circles are told with their path; they are looked for in each block', async () => {
  const told = async (steps: unknown) => {
    const { issues } = await refusal(define(graph('c', steps)), 'MR030', /circle/)
    return (issues as Issue[]).map(({ code, message, pointer }) => {
      expect(code).toBe('CYCLE_DETECTED')
      return `${pointer} ${/circle: (.*?)\. None/.exec(message)?.[1]}`
    })
  }
  expect(await told([node('a', ['a'])])).toEqual(['/steps a → a'])
  const ring = ['a', 'b', 'c', 'd'].map((id, i, all) => node(id, [all[(i + 3) % 4] as string]))
  const [of4] = await told([node('z'), ...ring, node('after', ['d', 'z'])])
  expect(of4?.slice('/steps '.length).split(' → ')).toHaveLength(5)
  expect('a → b → c → d → a → b → c → d → a').toContain(of4?.slice('/steps '.length))
  const steps = [node('i', ['j']), node('j', ['i'])]
  const map = { type: 'map', config: { items: '{{ [] }}', steps } }
  const [of2] = await told([node('m', [], map)])
  expect(of2).toMatch(/^\/steps\/0\/config\/steps (i → j → i|j → i → j)$/)
})

test('blocks within nodes: ids are unique in all, dependencies are of the same block', async () => {
  const block = (...ids: string[]) => ids.map((id) => node(id))
  const branches = { type: 'parallel', config: { branches: { 'a/b': block('p'), c: [] } } }
  const race = { type: 'race', config: { branches: [block('q'), [node('r', ['a'])], block('a')] } }
  const document = graph('blocks', [node('a'), node('b', ['a'], branches), node('c', [], race)])
  expect((await issuesOf(document)).sort()).toEqual([
    'DUPLICATE_STEP_ID /steps/2/config/branches/2/0/id',
    'INVALID_DEPENDENCY /steps/2/config/branches/1/0/depends_on/0',
    'NO_STEPS /steps/1/config/branches/c',
  ])
  let deep: unknown[] = [node('bottom')]
  const loop = (i: number, steps: unknown) => [
    node(`l${i}`, [], { type: 'loop', config: { while: '{{ true }}', max_iterations: 1, steps } }),
  ]
  for (let i = 0; i < 8; i++) deep = loop(i, deep)
  expect((await define(graph('deep', deep))).created).toBe(true)
  const [issue] = await issuesOf(graph('deeper', loop(8, deep)))
  expect(issue).toMatch(/^MAX_DEPTH_EXCEEDED \/steps\/0(\/config\/steps\/0){8}\/config\/steps$/)
})

test('10,000 steps are checked in time, one more is refused, and so is what is too big', {
  timeout: 60_000,
}, async () => {
  const chain = (n: number) =>
    Array.from({ length: n }, (_, i) => node(`n${i}`, i > 0 ? [`n${i - 1}`] : []))
  const began = performance.now()
  expect((await define(graph('big', chain(10_000)))).created).toBe(true)
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(await issuesOf(graph('bigger', chain(10_001)))).toEqual(['TOO_MANY_STEPS /steps'])
  const ring = [...chain(9999), node('last', ['n9998'])]
  ring[0] = node('n0', ['last'])
  const { issues } = await refusal(define(graph('ring', ring)), 'MR030', /circle/)
  expect((issues as Issue[])[0]?.message.length).toBeLessThan(1000)
  const bad = Array.from({ length: 10_000 }, (_, i) => node('same', [`x${i}`, `y${i}`]))
  expect(await issuesOf(graph('bad', bad))).toHaveLength(100)
  const huge = graph('huge', [node('a', [], { 'x-note': 'x'.repeat(4_200_000) })])
  expect(await issuesOf(huge)).toEqual(['TOO_LARGE '])
})

test('tenants define for themselves, and see no others', async () => {
  const second = await kernel.makeTenant('second')
  await define(graph('mine', [node('a')], { version: '1' }))
  await define(graph('mine', [node('b')], { version: '1' }), { tenant: 'second' })
  const owners = await kernel.query(
    `select tenant_id from millrace.workflows where name = 'mine' order by 1`,
  )
  expect(owners).toEqual([{ tenant_id: 1 }, { tenant_id: second }])
  await define(graph('theirs'), { tenant: 'second' })
  await refusal(kernel.query(`select millrace.start_workflow('theirs')`), 'MR040', /"theirs"/)
  const get = `select * from millrace.get_definition('{"workflow_id": "theirs"}')`
  await refusal(kernel.query(get), 'MR040', /no stored definition/)
  await refusal(define(graph('x'), { tenant: 'nobody' }), 'MR042', /nobody/)
})

test('only who may define does', async () => {
  const client = await kernel.connect(true)
  const role = `stranger_${process.pid}`
  await client.query(
    `create role ${role}; grant usage on schema millrace to ${role}; set role ${role}`,
  )
  for (const text of [
    `select millrace.define_workflow('{}')`,
    `select millrace.get_definition('{"workflow_id": "mine"}')`,
    `select millrace.check_document('{}')`,
    `select * from millrace.workflow_documents`,
  ])
    await expect(client.query(text)).rejects.toMatchObject({ code: '42501' })
  await client.query(`reset role; drop owned by ${role}; drop role ${role}`)
})

test('get_definition gives what was put: the newest, or a version', async () => {
  const one = graph('got', [node('a')], { version: '1', description: 'one' })
  const two = graph('got', [node('b')])
  await define(one)
  const { version } = await define(two)
  const get = async (options: object) =>
    (await kernel.query('select * from millrace.get_definition($1)', [options]))[0]
  expect(await get({ workflow_id: 'got' })).toEqual({
    ...{ workflow_id: 'got', version, kind: 'graph', document: two },
    ...{ hash: jsonbHash(two as Json), created_at: expect.any(Date) },
  })
  expect(await get({ workflow_id: 'got', version: '1' })).toMatchObject({ document: one })
  await kernel.route({ name: 'alone' })
  await refusal(get({ workflow_id: 'alone' }), 'MR040', /"alone" has no stored definition/)
  await refusal(get({ workflow_id: 'got', version: '9' }), 'MR040', /in version "9"/)
  await refusal(get({}), 'MR001', /workflow_id is missing/)
})

test('of two that define at once: the same content is one version, other content is refused', async () => {
  const track = await openTrack(kernel)
  const call =
    (document: object): Call =>
    (client) =>
      client.query('select created from millrace.define_workflow($1)', [JSON.stringify(document)])
  const one = graph('race', [node('a')], { version: '1' })
  const same = await track.inTurn(call(one), call(one))
  expect([same.first.code, same.second.code, same.waited]).toEqual([undefined, undefined, true])
  const versions = `select count(*)::int from millrace.workflows where name = 'race'`
  expect(await kernel.value(versions)).toBe(1)
  const next = (id: string) => graph('race', [node(id)], { version: '2' })
  const other = await track.inTurn(call(next('a')), call(next('b')))
  expect([other.first.code, other.second.code]).toEqual([undefined, 'MR015'])
  const [a, b] = [graph('race', [node('x')]), graph('race', [node('y')])]
  const free = await track.inTurn(call(a), call(b))
  expect([free.first.code, free.second.code]).toEqual([undefined, undefined])
  expect(await kernel.value(versions)).toBe(4)
})
