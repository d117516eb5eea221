// `millrace workflows compile`, `diff`, `check`, `dry-run`, `export --format sql`, and a foreign document by hand.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { orderPipeline } from '../support/order-pipeline.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder, startMillrace } from './millrace.ts'

// a busy machine starts processes slowly
vi.setConfig({ testTimeout: 90_000 })

const site = `import { workflow } from 'millrace'
import { Flow } from 'millrace/flow'
export const site = new Flow<{ urls: string[] }>({ slug: 'site' })
  .array({ slug: 'urls' }, ({ urls }) => urls)
  .map({ slug: 'titles', array: 'urls', blockSize: 2 }, (url) => url + '!')
export const plain = workflow('plain', ({ input }) => input, { schedule: { every: '1 day' } })
`
const far = `name: far
steps:
  - { id: a, type: transform, config: { expression: "{{ trigger.data }}'" } }
  - { id: b, type: transform, queue: gpu, depends_on: [a], config: { expression: "{{ steps.a.output.result }}" } }
`

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  folder = await makeFolder({ 'workflows/site.ts': site, 'workflows/far.yaml': far })
})
afterAll(async () => {
  await folder.remove()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url, cwd: folder.path })
/** A worker, until nothing is left to do. */
const work = async (...args: string[]) => {
  const at = { url: db.url, cwd: folder.path }
  expect(await startMillrace(['worker', '--until-idle', ...args], at).ended).toMatchObject({
    code: 0,
  })
}
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url, cwd: folder.path })

type Started = { id: string }
type Shown = { run: { status: string; output: unknown } }

test('what compile prints makes runs possible before there is a worker, which then does them', async () => {
  const { code, stdout: sql, stderr } = await cli('workflows', 'compile')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  await db.pool.query(sql)
  // again: no change
  await db.pool.query(sql)
  const schedules = `select workflow, name from millrace.schedules`
  expect(await db.query(schedules)).toEqual([{ workflow: 'plain', name: 'plain#1' }])
  const runs = [
    await json<Started>('start', 'site', '{"urls": ["a", "b", "c"]}'),
    await json<Started>('start', 'plain', '7'),
    await json<Started>('start', 'far', '"x"'),
  ]
  await work()
  const outputs = []
  for (const { id } of runs) outputs.push((await cli('runs', 'wait', id)).stdout)
  expect(outputs.map((text) => JSON.parse(text))).toEqual([
    ...[{ titles: ['a!', 'b!', 'c!'] }, 7, { b: { result: "x'" } }],
  ])
})

test('what is compiled without a schedule ends the one that it had', async () => {
  const plain = `import { workflow } from 'millrace'\nexport const plain = workflow('plain', ({ input }) => input)\n`
  await folder.write('later/plain.ts', plain)
  const { stdout } = await cli('workflows', 'compile', '--workflows', 'later/*.ts')
  await db.pool.query(stdout)
  expect(await db.query(`select workflow, name from millrace.schedules`)).toEqual([])
})

test('compile of some, and of what there is not', async () => {
  const { stdout } = await cli('workflows', 'compile', 'plain', '--schema', 'other')
  expect(stdout).toContain('-- function "plain" in version "1"\nselect other.register_workflow(')
  expect(stdout).toContain("select other.sync_schedules(other.tenant_id('default')")
  expect(stdout).not.toContain('site')
  const none = await cli('workflows', 'compile', 'plan')
  expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('Did you mean "plain"?') })
  const glob = await cli('workflows', 'compile', '--workflows', 'nothing/*.ts')
  expect(glob).toMatchObject({ code: 2, stderr: expect.stringContaining('--workflows') })
  expect(await cli('workflows', 'compile', '--json')).toMatchObject({ code: 2, stdout: '' })
})

test('diff says in words what a file does differently, and by its exit code whether it does', async () => {
  expect(await cli('workflows', 'diff', 'workflows/site.ts')).toMatchObject({
    ...{ code: 0, stdout: expect.stringMatching(/^= plain .*no difference\n= site /) },
  })
  await folder.write('far2.yaml', far.replace('queue: gpu', 'queue: cpu'))
  const other = await cli('workflows', 'diff', 'far2.yaml')
  expect(other.code).toBe(1)
  expect(other.stdout).toMatch(
    /^≠ far {2}against version s-\w+\n {2}step "b": queue: "gpu", now "cpu"\n$/,
  )
  const longer = site.replace(
    '.map(',
    ".step({ slug: 'end', dependsOn: ['urls'] }, () => 1)\n  .map(",
  )
  await folder.write('site2.ts', longer.replace("'plain',", "'plane',"))
  const changed = await cli('workflows', 'diff', 'site2.ts')
  expect(changed).toMatchObject({ code: 1 })
  expect(changed.stdout).toContain('step "end" added (')
  expect(changed.stdout).toContain('≠ plane\n  the database does not have it')
  const text = await cli('workflows', 'diff', 'far2.yaml', '--json')
  expect(JSON.parse(text.stdout)).toMatchObject([{ id: 'far', differences: [expect.any(String)] }])
  expect(await cli('workflows', 'diff', 'far2.yaml', '--version', 'none')).toMatchObject({
    ...{ code: 1, stdout: expect.stringContaining('there is no version "none"') },
  })
  expect(await cli('workflows', 'diff', 'none.yaml')).toMatchObject({ code: 2 })
})

test('export as SQL stores the same version elsewhere', async () => {
  await json('workflows', 'put', 'workflows/far.yaml', '--version', '7')
  const { stdout } = await cli('workflows', 'export', 'far', '--format', 'sql')
  await using other = await createDatabase({ testClock: false })
  await other.pool.query(stdout)
  const rows = await other.query(`select name, version from millrace.workflows`)
  expect(rows).toEqual([{ name: 'far', version: '7' }])
  const own = await millrace(['workflows', 'diff', '-'], { url: other.url, input: stdout })
  expect(own).toMatchObject({ code: 0 })
  expect(await cli('workflows', 'export', 'site', '--format', 'sql')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('millrace workflows compile site') },
  })
})

test('check tells all that is wrong with files, and where', async () => {
  const good = await cli('workflows', 'check', 'workflows/far.yaml', 'workflows/site.ts')
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toBe('✓ workflows/far.yaml  far\n✓ workflows/site.ts  plain, site\n')
  const bad = ['name: bad', 'steps:', '  - id: a', '    type: htp', '    depends_on: [b]'].join(
    '\n',
  )
  await folder.write('bad.yaml', bad)
  await folder.write('bad.ts', 'export const a = 1\nexport const b: = 2\n')
  const { code, stdout } = await cli(
    'workflows',
    'check',
    'bad.yaml',
    'workflows/far.yaml',
    'bad.ts',
  )
  expect(code).toBe(1)
  const places = stdout
    .split('\n')
    .map((line) => /^(\S+:\d+:\d+) +(\w+)/.exec(line)?.slice(1).join(' '))
  expect(places).toEqual(
    expect.arrayContaining([
      ...['bad.yaml:4:11 UNKNOWN_STEP_TYPE', 'bad.yaml:5:18 INVALID_DEPENDENCY'],
      'bad.ts:2:17 SyntaxError',
    ]),
  )
  const stdin = await millrace(['workflows', 'check', '-'], { input: bad })
  expect(stdin).toMatchObject({ code: 1, stdout: expect.stringMatching(/^-:4:11 UNKNOWN/m) })
  expect(await cli('workflows', 'check', 'none.yaml')).toMatchObject({ code: 2 })
})

test('check holds names against code and statements, and warns of fields that no output has', async () => {
  await folder.write(
    'steps.ts',
    "import { defineStep } from 'millrace'\nexport const charge = defineStep('charge', () => 1)\n",
  )
  await folder.write('sql.yaml', 'mark_paid: select 1\n')
  const graph = (step: string, statement: string) => `name: named
steps:
  - { id: pay, type: step, config: { step: ${step} } }
  - { id: mark, type: sql, depends_on: [pay], config: { statement: ${statement} } }
  - id: call
    type: http
    config: { url: "https://example.com/{{ steps.mark.output.row_cuont }}" }
    depends_on: [mark]
`
  await folder.write('good.yaml', graph('charge', 'mark_paid').replace('row_cuont', 'row_count'))
  await folder.write('typo.yaml', graph('chrage', 'mark_piad'))
  const given = ['--workflows', 'steps.ts', '--statements', 'sql.yaml']
  const good = await cli('workflows', 'check', 'good.yaml', ...given)
  expect(good).toMatchObject({ code: 0, stdout: '✓ good.yaml  named\n', stderr: '' })
  const bad = await cli('workflows', 'check', 'typo.yaml', ...given)
  expect(bad).toMatchObject({ code: 1 })
  expect(bad.stdout.split('\n').filter(Boolean)).toEqual([
    expect.stringMatching(/^typo\.yaml:3:44 UNKNOWN_STEP .*"chrage"\. Did you mean "charge"\?$/),
    expect.stringMatching(/^typo\.yaml:4:68 UNKNOWN_STATEMENT .*"mark_piad".*"mark_paid"\?$/),
  ])
  expect(bad.stderr).toMatch(/^warning typo\.yaml:7:20 UNKNOWN_FIELD .*"row_cuont"/m)
  // elsewhere there may be others
  const beside = await cli('workflows', 'check', 'typo.yaml', 'steps.ts')
  expect(beside).toMatchObject({ code: 0, stderr: expect.stringContaining('UNKNOWN_STEP') })
  const alone = await cli('workflows', 'check', 'typo.yaml')
  expect(alone).toMatchObject({ code: 0, stderr: expect.not.stringContaining('UNKNOWN_ST') })
  expect((await cli('workflows', 'put', 'typo.yaml')).stderr).toContain('has no "row_cuont"')
  const nowhere = await cli('workflows', 'check', 'typo.yaml', '--workflows', 'no/*.ts')
  expect(nowhere).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No file is of no/*.ts'),
  })
})

test('the example of the Workflow Automation Engine: dry-run, put, start, show', async () => {
  await folder.write('pipeline.json', orderPipeline)
  const dry = await cli('workflows', 'dry-run', 'pipeline.json', '{"amount": 250}')
  expect(dry.code).toBe(0)
  const order = dry.stdout
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/).slice(0, 2).join(' '))
  expect(order).toEqual(
    expect.arrayContaining(['0 validate', '1 check_amount', '2 high_value', '2 standard']),
  )
  const flow = await cli('workflows', 'dry-run', 'workflows/site.ts')
  expect(flow).toMatchObject({ code: 0, stderr: expect.stringContaining('plain is a function') })
  expect(flow.stdout).toMatch(/^site\n.*LAYER.*\n +0 +urls +single\n +1 +titles +map +urls/)
  await folder.write('plain.ts', "export { plain } from './workflows/site.ts'\n")
  expect(await cli('workflows', 'dry-run', 'plain.ts')).toMatchObject({ code: 2 })
  expect(await cli('workflows', 'put', 'pipeline.json')).toMatchObject({ code: 0 })
  const input = '{"order_id": "ORD-001", "customer": "Jane", "amount": 250}'
  const { id } = await json<Started>('start', 'Order Pipeline', input)
  await work('--graphs')
  expect(await json<Shown>('runs', 'show', id)).toMatchObject({
    ...{ status: 'completed', output: { high_value: { result: 'Escalate: $250' } } },
  })
  const { stdout } = await cli('runs', 'show', id)
  expect(stdout).toMatch(/validate +step +✓ completed +\{"result":"Order #ORD-001 for Jane"\}/)
  expect(stdout).toMatch(/standard +step +↷ skipped/)
})
