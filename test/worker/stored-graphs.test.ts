import { expect, test } from 'vitest'
import { compileDefinition } from '../../src/definition/compile-definition.ts'
import { defineGraph } from '../../src/graph/index.ts'
import type { Json } from '../../src/model/json.ts'
import { jsonbHash } from '../../src/model/jsonb-text.ts'
import { WorkflowEngine, type WorkflowEngineOptions } from '../../src/worker/workflow-engine.ts'
import { tinyFlow, versionOf } from '../support/documents.ts'
import { collect, startEngine, type TestEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

/** Each step gives the version and its id, but for `fails`. */
const graph = (name: string, ...ids: string[]) => ({
  name,
  steps: ids.map((id) => ({
    ...{ id, type: 'transform' as const },
    config: { expression: id === 'fails' ? '{{ 1 // 0 }}' : `{{ run.version }} ${id}` },
  })),
})
/** What a run of it gives. */
const given = (version: string, ...ids: string[]) =>
  Object.fromEntries(ids.map((id) => [id, { result: `${version} ${id}` }]))
const versionOfGraph = (document: unknown) => `s-${jsonbHash(document as Json).slice(0, 12)}`
const named = (workflowId: string) => ({ workflowId, input: null })

/** Starts an engine that takes stored graphs. */
async function graphEngine(
  t: TestEngine,
  graphs: WorkflowEngineOptions['graphs'] = true,
  heartbeatSeconds = 5,
) {
  const options = { connectionString: t.db.url, logger: collect(t.log), migrate: 'off' as const }
  const engine = new WorkflowEngine({ ...options, graphs })
  const lease = Math.max(15_000, heartbeatSeconds * 3000)
  await engine.start({ pollInterval: 50, drainTimeout: '2 s', heartbeatSeconds, lease })
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.stop() })
}

test('what is put while a worker runs is run by it at once, and so is its next version', async () => {
  await using t = await startEngine()
  await using _worker = await graphEngine(t)
  const document = graph('live', 'a', 'b')
  const version = versionOfGraph(document)
  expect(await t.engine.putWorkflow(document)).toEqual({ id: 'live', version, created: true })
  const run = await t.engine.startWorkflow(named('live'))
  expect(await run.result()).toEqual(given(version, 'a', 'b'))
  expect(await t.engine.putWorkflow(document)).toEqual({ id: 'live', version, created: false })
  const next = await t.engine.putWorkflow(graph('live', 'c'), { version: '2' })
  expect(next).toEqual({ id: 'live', version: '2', created: true })
  const second = await t.engine.startWorkflow(named('live'))
  expect(await second.result()).toEqual(given('2', 'c'))
  // from SQL alone
  const fromSql = await t.db.value<string>(
    `select millrace.start_workflow(d.workflow_id) from millrace.define_workflow($1) d`,
    [JSON.stringify(graph('live', 'd'))],
  )
  const third = await t.engine.getRun({ runId: fromSql })
  expect(await third.result()).toEqual(given(versionOfGraph(graph('live', 'd')), 'd'))
})

test('an older version that is put again is what starts take, whoever has it', async () => {
  await using t = await startEngine()
  const [one, two] = [graph('again', 'a'), graph('again', 'b')]
  await t.engine.putWorkflow(one, { version: '1' })
  await t.engine.putWorkflow(two, { version: '2' })
  await using _worker = await graphEngine(t)
  await t.engine.putWorkflow(one, { version: '1' })
  const run = await t.engine.startWorkflow(named('again'))
  expect(await run.result()).toEqual(given('1', 'a'))
})

test('so is one that SQL of its code makes known, without a heartbeat', async () => {
  await using t = await startEngine()
  const [old, young] = [defineGraph(graph('sql', 'a')), defineGraph(graph('sql', 'b'))]
  await t.engine.putWorkflow(old)
  await t.engine.putWorkflow(young)
  await using _worker = await graphEngine(t, true, 60)
  // there are routes of it already, of which this worker has heard nothing
  for (const statement of compileDefinition(old)) await t.db.query(statement)
  const run = await t.engine.startWorkflow(named('sql'))
  expect(await run.result({ timeout: 30_000 })).toEqual(given(old.version, 'a'))
})

test('a notification is only a hint: what was not heard of is found with a heartbeat', async () => {
  await using t = await startEngine()
  await t.engine.putWorkflow(graph('hint', 'a'), { version: '1' })
  await t.engine.putWorkflow(graph('hint', 'b'), { version: '2' })
  await using _worker = await graphEngine(t, true, 0.2)
  // as put_workflow does, but without a word
  await t.db.query(
    `update millrace.workflows set registered_at = clock_timestamp() where name = 'hint' and version = '1'`,
  )
  const run = await t.engine.startWorkflow(named('hint'))
  expect(await run.result()).toEqual(given('1', 'a'))
})

test('a start of an older version, and its retry, find a worker that had no reason to have it', async () => {
  await using t = await startEngine()
  await t.engine.putWorkflow(graph('old', 'a'), { version: '1' })
  await t.engine.putWorkflow(graph('old', 'fails'), { version: '2' })
  await t.engine.putWorkflow(graph('old', 'b'), { version: '3' })
  await using _worker = await graphEngine(t, true, 0.2)
  const one = await t.engine.startWorkflow({ ...named('old'), options: { version: '1' } })
  expect(await one.result()).toEqual(given('1', 'a'))
  const two = await t.engine.startWorkflow({ ...named('old'), options: { version: '2' } })
  await expect(two.result()).rejects.toThrow(/step "fails"/)
  const again = await t.engine.retryWorkflow({ runId: two.id })
  await expect(again.result()).rejects.toThrow(/step "fails"/)
})

test('of many versions a worker keeps the last; those that went come back with a run of theirs', async () => {
  await using t = await startEngine()
  await using worker = await graphEngine(t, true, 0.2)
  for (let i = 1; i <= 25; i++) {
    await t.engine.putWorkflow(graph('many', 'a'), { version: `${i}` })
    const run = await t.engine.startWorkflow(named('many'))
    expect(await run.result()).toEqual(given(`${i}`, 'a'))
  }
  const served = async () =>
    (await worker.getWorkers()).flatMap(({ workflows }) => workflows.map(({ version }) => version))
  const kept = await served()
  expect(kept).toHaveLength(20)
  expect(kept).toContain('25')
  expect(kept).not.toContain('1')
  const first = await t.engine.startWorkflow({ ...named('many'), options: { version: '1' } })
  expect(await first.result()).toEqual(given('1', 'a'))
  expect(await served()).toHaveLength(20)
})

test('only workers that are told to take graphs do, and only those of their names', async () => {
  await using t = await startEngine()
  await using _mine = await graphEngine(t, ['mine'])
  const put = await t.engine.putWorkflow(graph('mine', 'a'))
  await t.engine.putWorkflow(graph('other', 'a'))
  const other = await t.engine.startWorkflow(named('other'))
  const mine = await t.engine.startWorkflow(named('mine'))
  await mine.result()
  expect((await other.refresh()).status).toBe('pending')
  const versions = async () =>
    (await t.engine.getVersions()).map(({ workflowId, workers, orphaned }) => [
      ...[workflowId, workers, orphaned],
    ])
  expect(await versions()).toEqual([
    ['mine', 1, false],
    ['other', 0, true],
  ])
  await using _all = await graphEngine(t)
  expect(await other.result()).toMatchObject({ a: { result: expect.any(String) } })
  expect(await versions()).toEqual([
    ['mine', 2, false],
    ['other', 1, false],
  ])
  expect((await t.engine.getWorkflows())[0]).toMatchObject({ version: put.version, kind: 'graph' })
})

test('a graph that no worker can load waits, and is told; others go on', async () => {
  await using t = await startEngine()
  await using _worker = await graphEngine(t)
  // SQL does not read expressions
  const config = { expression: '{{ 1 | no_such_filter }}' }
  const refused = { name: 'refused', steps: [{ id: 'a', type: 'transform', config }] }
  const { id } = await t.engine.putWorkflow(refused)
  const waits = await t.engine.startWorkflow(named(id))
  await t.engine.putWorkflow(graph('fine', 'a'))
  const fine = await t.engine.startWorkflow(named('fine'))
  await fine.result()
  expect((await waits.refresh()).status).toBe('pending')
  const said = t.log.filter((line) => line.includes('left to other workers'))
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`"${id}"`)
})

test('definitions that have a document are put too; code alone is refused', async () => {
  await using t = await startEngine()
  const content = graph('def', 'a')
  const document = { ...content, version: '7' }
  const hash = jsonbHash(content as Json)
  const definition = { ...defineGraph(document), defaults: { queue: 'q' } }
  expect(await t.engine.putWorkflow(definition)).toEqual({ id: 'def', version: '7', created: true })
  expect(await t.engine.getDefinition({ workflowId: 'def' })).toEqual({
    ...{ workflowId: 'def', version: '7', kind: 'graph', document, hash },
    createdAt: expect.any(Date),
  })
  const run = await t.engine.startWorkflow(named('def'))
  expect(run).toMatchObject({ version: '7', queue: 'q' })
  // a worker that has it in code agrees with what is stored
  await t.engine.registerWorkflow(definition)
  expect(await run.result({ timeout: 30_000 })).toEqual(given('7', 'a'))
  const flow = tinyFlow('flow', ['first'], { first: () => 1 })
  const version = versionOf(['first'])
  expect(await t.engine.putWorkflow(flow)).toEqual({ id: 'flow', version, created: true })
  expect(await t.engine.putWorkflow(flow)).toEqual({ id: 'flow', version, created: false })
  const code = { ...flow, document: undefined }
  await expect(t.engine.putWorkflow(code)).rejects.toMatchObject({ code: 'MR001' })
})

test('what is wrong with a document is in issues, each with its place', async () => {
  await using t = await startEngine()
  const bad = { name: 'bad', steps: [{ id: 'a', type: 'htp', depends_on: ['b'] }] }
  await expect(t.engine.putWorkflow(bad)).rejects.toMatchObject({
    name: 'DefinitionError',
    code: 'MR030',
    message: expect.stringMatching(/^The document "bad" was refused: .*\(and 1 more\)/),
    details: { workflow_id: 'bad' },
    issues: [
      { code: 'UNKNOWN_STEP_TYPE', path: '/steps/0/type' },
      { code: 'INVALID_DEPENDENCY', path: '/steps/0/depends_on/0' },
    ],
  })
  const missing = t.engine.getDefinition({ workflowId: 'bad' })
  await expect(missing).rejects.toMatchObject({ name: 'WorkflowNotFoundError' })
  const options = { time_out: '1 s' } as object
  await expect(t.engine.putWorkflow(bad, options)).rejects.toThrow(/Did you mean "timeout"/)
})

test('options of what is put', async () => {
  await using t = await startEngine()
  const document = { ...graph('opted', 'a'), timeout: '1.5h' }
  await t.engine.putWorkflow(document, { priority: 3, retries: 1, limits: { concurrency: 2 } })
  const definition = async () =>
    t.db.value(`select definition from millrace.workflows where name = 'opted'`)
  const stored = { kind: 'graph', priority: 3, retries: 1, limits: { concurrency: [{ limit: 2 }] } }
  expect(await definition()).toEqual({ ...stored, timeout_ms: 5_400_000 })
  await t.engine.putWorkflow(document, { timeout: '10 s' })
  expect(await definition()).toEqual({ kind: 'graph', timeout_ms: 10_000 })
})

test('processes run what is put while they work, and a killed one leaves its runs to others', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const first = await p.spawn({ graphs: true })
  // one after the other, each noted by a step of the code
  const noted = (count: number) => ({
    name: 'stored',
    steps: Array.from({ length: count }, (_, i) => ({
      ...{ id: `s${i}`, type: 'step', depends_on: i === 0 ? [] : [`s${i - 1}`] },
      config: { step: 'noted', input: { run: '{{ run.id }}', step: `s${i}`, ms: 50 } },
    })),
    output: { version: '{{ run.version }}' },
  })
  const old = noted(20)
  // the same content, by many at once, is one version
  const puts = await Promise.all(Array.from({ length: 8 }, () => p.client.putWorkflow(old)))
  expect(puts.filter(({ created }) => created)).toHaveLength(1)
  const inputs = Array.from({ length: 5 }, () => ({ input: null }))
  const runs = await p.client.startWorkflows({ id: 'stored' }, inputs)
  const done = (n: number) => async () => (await p.effects()).length >= n
  await until('a tenth is done', done(10), { timeout: 20_000 })
  // other content while they are under way, and nobody is left who had begun them
  const next = await p.client.putWorkflow(noted(1))
  first.kill('SIGKILL')
  const second = await p.spawn({ graphs: true })
  await until('half of it is done', done(50), { timeout: 20_000 })
  second.kill('SIGKILL')
  await p.spawn({ graphs: true })
  await p.spawn({ graphs: ['stored'] })
  const results = await Promise.all(runs.map((run) => run.result({ timeout: 30_000 })))
  expect(results).toEqual(runs.map(() => ({ version: versionOfGraph(old) })))
  expect(await p.repeats()).toEqual([])
  const last = await p.client.startWorkflow({ workflowId: 'stored', input: null })
  expect(last.version).toBe(next.version)
  expect(await last.result({ timeout: 20_000 })).toEqual({ version: next.version })
})
