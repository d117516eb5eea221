import { beforeAll, expect, test } from 'vitest'
import { checkMigrated, migrate, migrationScript } from '../../src/kernel/migrate.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { openKernel, row } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

beforeAll(async () => {
  const { applied } = await migrate(kernel.database, { compat: 'pgflow' })
  expect(applied[0]).toBe('compat/pgflow/0_schema.sql')
})

/** As pgflow's compiler writes it. */
const analyse = `
  select pgflow.create_flow('analyse', max_attempts => 4, timeout => 30);
  select pgflow.add_step('analyse', 'page');
  select pgflow.add_step('analyse', 'links', array['page'], timeout => 10);
  select pgflow.add_step('analyse', 'visit', array['links'], step_type => 'map');
  select pgflow.add_step('analyse', 'translate', array['page'], forbidden_input_pattern => '{"page": {"lang": "en"}}');
  select pgflow.add_step('analyse', 'report', array['visit', 'translate'], when_exhausted => 'skip');`

type State = Record<string, unknown> & { step_slug: string; status: string }
type Shown = { run: Record<string, unknown>; steps: State[] }

const shown = (run: string) => kernel.value<Shown>('select pgflow.get_run_with_states($1)', [run])
const states = async (run: string) =>
  Object.fromEntries((await shown(run)).steps.map((one) => [one.step_slug, one.status]))
/** Starts a run of a flow, and has it leased. */
async function started(flow: string, input: unknown) {
  const text = 'select run_id from pgflow.start_flow($1, $2)'
  const run = await kernel.value<string>(text, [flow, JSON.stringify(input)])
  const route = await kernel.value<number>(
    `select r.id from millrace.routes r join millrace.workflows w on w.id = r.workflow_id where w.name = $1`,
    [flow],
  )
  return { run, ...(await kernel.lease({ route, name: flow, tenant: 1 })) }
}

test('a flow is made, again without a change, and its run tells how its steps are', async () => {
  await kernel.query(analyse)
  await kernel.query(analyse)
  expect(await kernel.query('select * from pgflow.flows')).toMatchObject([
    { flow_slug: 'analyse', opt_max_attempts: 4, opt_base_delay: 1, opt_timeout: 30 },
  ])
  const steps = await kernel.query(`select step_slug, step_index from pgflow.steps order by 2`)
  expect(steps.map((one) => one.step_slug)).toEqual([
    'page',
    'links',
    'visit',
    'translate',
    'report',
  ])
  const text = 'select pgflow.start_flow_with_states($1, $2)'
  const first = await kernel.value<Shown>(text, ['analyse', { url: 'x' }])
  expect(first.run).toMatchObject({
    ...{ flow_slug: 'analyse', status: 'started', input: { url: 'x' }, output: null },
    ...{ remaining_steps: 5, completed_at: null, failed_at: null },
  })
  expect(first.steps).toHaveLength(5)
  expect(first.steps[0]).toMatchObject({ status: 'started', initial_tasks: 1, remaining_tasks: 1 })
  expect(first.steps[2]).toMatchObject({
    ...{ step_slug: 'visit', status: 'created', initial_tasks: null, remaining_deps: 1 },
  })
  await kernel.query('select millrace.cancel_workflow($1)', [first.run.run_id])
  expect((await shown(first.run.run_id as string)).run).toMatchObject({ status: 'failed' })
})

test('steps end, are skipped, and map over what another gave', async () => {
  const { run, worker, task } = await started('analyse', { url: 'y' })
  await worker.keep(task, [row('e', 'page', { message: 'busy' }), row('r', 'page', { lang: 'en' })])
  expect((await shown(run)).steps[0]).toMatchObject({
    ...{ status: 'completed', output: { lang: 'en' }, remaining_tasks: 0, error_message: 'busy' },
  })
  expect(await states(run)).toMatchObject({
    links: 'started',
    translate: 'started',
    visit: 'created',
  })
  const rows = [
    ...[row('r', 'links', ['a', 'b']), row('k', 'translate', { reason: 'condition_unmet' })],
    row('r', 'visit[1]', 'B'),
  ]
  const length = 2 + rows.length
  await worker.advance(task, { op: 'k', rows, length })
  const [, , visit, translate] = (await shown(run)).steps
  expect(visit).toMatchObject({ status: 'started', initial_tasks: 2, remaining_tasks: 1 })
  expect(translate).toMatchObject({ status: 'skipped', skip_reason: 'condition_unmet' })
  await worker.advance(task, { op: 'k', rows: [row('r', 'visit[0]', 'A')], length: length + 1 })
  expect((await shown(run)).steps[2]).toMatchObject({ status: 'completed', output: ['A', 'B'] })
  expect((await shown(run)).run.remaining_steps).toBe(1)
  const last = [row('r', 'report', 'done')]
  await worker.advance(task, {
    ...{ op: 'c', rows: last, length: length + 2, output: JSON.stringify({ report: 'done' }) },
  })
  const { run: ended } = await shown(run)
  expect(ended).toMatchObject({
    status: 'completed',
    output: { report: 'done' },
    remaining_steps: 0,
  })
  expect(ended.completed_at).not.toBeNull()
})

test('a step that made its run fail is failed, with its message', async () => {
  const { run, worker, task } = await started('analyse', {})
  await worker.keep(task, [row('f', 'page', { message: 'no such page' })])
  const failure = { message: 'no such page', stepId: 'page' }
  await worker.advance(task, { op: 'f', length: 1, output: JSON.stringify(failure) })
  expect((await shown(run)).run).toMatchObject({ status: 'failed', output: null })
  expect((await shown(run)).steps[0]).toMatchObject({
    ...{ status: 'failed', error_message: 'no such page', failed_at: expect.any(String) },
  })
})

test('a flow that code has registered is that of the code', async () => {
  const shape = { kind: 'flow', slug: 'coded', steps: [{ slug: 'only', type: 'single', deps: [] }] }
  await kernel.query(`select pgflow.create_flow('coded'); select pgflow.add_step('coded', 'other')`)
  await kernel.query(
    `select millrace.register_workflow(1, 'coded', '7', '{"kind": "flow"}', $1, $2)`,
    [...[JSON.stringify(shape), 'a'.repeat(64)]],
  )
  const { run } = await started('coded', null)
  expect(await states(run)).toEqual({ only: 'started' })
  expect(await kernel.value('select millrace.get_run($1)', [run])).toMatchObject({ version: '7' })
})

test('a run_id of the caller; a map over the input needs an array', async () => {
  await kernel.query(
    `select pgflow.create_flow('mapped'); select pgflow.add_step('mapped', 'all', step_type => 'map')`,
  )
  const start = (input: unknown, id: string | null = null) =>
    kernel.value<string>('select run_id from pgflow.start_flow($1, $2, $3)', [
      ...['mapped', JSON.stringify(input), id],
    ])
  const id = '0192f0c1-2222-4333-8444-555566667777'
  expect(await start([1], id)).toBe(await start([1], id))
  await refusal(start([2], id), 'MR010', /./)
  await refusal(start({ a: 1 }), 'MR001', /no array/)
  await refusal(start(null), 'MR001', /no array/)
  expect((await shown(await start([1, 2, 3]))).steps).toMatchObject([{ initial_tasks: 3 }])
})

test('what is no flow is refused', async () => {
  await kernel.query(`select pgflow.create_flow('strict'); select pgflow.add_step('strict', 'a')`)
  for (const [call, code] of [
    [`create_flow('1x')`, 'MR030'],
    [`create_flow('run')`, 'MR030'],
    [`create_flow('x', timeout => 0)`, 'MR001'],
    [`add_step('none', 'a')`, 'MR030'],
    [`add_step('strict', 'b c')`, 'MR030'],
    [`add_step('strict', 'b', array['b'])`, 'MR030'],
    [`add_step('strict', 'b', array['nope'])`, 'MR030'],
    [`add_step('strict', 'b', array['a', 'a2'], step_type => 'map')`, 'MR030'],
    [`add_step('strict', 'b', step_type => 'other')`, 'MR030'],
    [`add_step('strict', 'b', when_unmet => 'maybe')`, 'MR030'],
    [`add_step('strict', 'b', required_input_pattern => '[]')`, 'MR030'],
    [`add_step('strict', 'b', start_delay => -1)`, 'MR001'],
    [`start_flow('nobody', '{}')`, 'MR040'],
    [`get_run_with_states('0192f0c1-2222-4333-8444-000000000000')`, 'MR041'],
    [`prune_data_older_than('-1 day')`, 'MR001'],
  ] as const)
    await refusal(kernel.query(`select pgflow.${call}`), code, /./)
})

test('old runs are pruned', async () => {
  await kernel.query(`select pgflow.prune_data_older_than('30 days')`)
  await kernel.query(`select pgflow.prune_data_older_than('1 ms')`)
  const operations = await kernel.query(`select * from millrace.bulk_operations`).catch(() => [])
  expect(operations.length).toBeGreaterThan(0)
})

test('nobody else may call them', async () => {
  const open = await kernel.query(
    `select p.proname from pg_proc p where p.pronamespace = 'pgflow'::regnamespace
     and has_function_privilege('public', p.oid, 'execute')`,
  )
  expect(open).toEqual([])
})

test('installed once, every migration keeps them; as a script too; not over pgflow itself', async () => {
  expect(await migrate(kernel.database)).toEqual({ applied: [] })
  await kernel.query(
    `update millrace.repeatables set checksum = 'old' where path = 'compat/pgflow/_run.sql'`,
  )
  expect(await migrate(kernel.database)).toEqual({ applied: ['compat/pgflow/_run.sql'] })
  await checkMigrated(kernel.database)
  await using empty = await createEmptyDatabase()
  await empty.query(migrationScript('engine_2', { compat: 'pgflow' }))
  await empty.query(`select pgflow.create_flow('a'); select pgflow.add_step('a', 'b')`)
  expect(await empty.query(`select run_id from pgflow.start_flow('a', '{}')`)).toHaveLength(1)
  await using taken = await createEmptyDatabase()
  await taken.query('create schema pgflow; create table pgflow.step_tasks (a int)')
  const script = taken.query(migrationScript('millrace', { compat: 'pgflow' }))
  await expect(script).rejects.toMatchObject({ code: 'MR091' })
})
