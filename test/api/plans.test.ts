import { beforeAll, expect, test } from 'vitest'
import { apiRoleStatements } from '../../src/cli/api-roles.ts'
import { Database } from '../../src/kernel/database.ts'
import { migrate } from '../../src/kernel/migrate.ts'
import { openKernel, uuid } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'

const SIZE = 20_000
/** Pages that an answer of twenty rows may touch, however many runs there are. */
const FEW_PAGES = 600
const large = ['runs', 'outcomes', 'checkpoints', 'entities', 'entity_history']

const kernel = await openKernel({ testClock: false })
const role = `reader_${kernel.name}`
let explain: Awaited<ReturnType<typeof explainAll>>

beforeAll(async () => {
  await migrate(new Database({ pool: kernel.pool }), { api: 'api' })
  const admin = await kernel.connect(true)
  await admin.query(apiRoleStatements('millrace', { schema: 'api', role }))
  const second = await kernel.makeTenant('second')
  const routes = [
    ...[await kernel.route({ name: 'often' }), await kernel.route({ name: 'seldom' })],
    await kernel.route({ tenant: second }),
  ]
  const numbers = routes.map(({ route }) => route)
  await kernel.query(
    `insert into millrace.runs (id, created_at, tenant_id, route_id, input)
     select 1000 + i, now() - ($3 - i) * interval '1 s', case when i % 100 = 0 then $1::int else 1 end,
            ($2::int[])[case when i % 100 = 0 then 3 when i % 50 = 1 then 2 else 1 end], '1' from generate_series(1, $3::int) i`,
    [second, numbers, SIZE],
  )
  await kernel.query(
    `insert into millrace.outcomes (run_id, at, tenant_id, status, output)
     select r.id, r.created_at, r.tenant_id, case when r.id % 5000 = 1 then 'f' else 'c' end, '1' from millrace.runs r`,
  )
  await kernel.query(
    `insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
     select r.id, r.created_at, s, r.tenant_id, 'r', 'step ' || s, '1' from millrace.runs r, generate_series(0, 2) s`,
  )
  await kernel.call('define_machine', {
    workflow: { name: 'door' },
    states: [{ name: 'open', initial: true }, { name: 'shut' }],
  })
  await kernel.query(
    `insert into millrace.entities (id, tenant_id, workflow_id, seq, entered_at, created_at, updated_at, machine, entity_table, entity_id,
       state, metadata, hash)
     select md5(i::text)::uuid, case when i % 100 = 0 then $1::int else 1 end, w.id, 2, t, t, t,
       'door', 'doors', i::text, case when i % 1000 = 1 then 'shut' else 'open' end, '{}', ''
     from generate_series(1, $2::int) i, lateral (select now() - ($2 - i) * interval '1 s' as t) t,
       millrace.workflows w where w.name = 'door'`,
    [second, SIZE],
  )
  await kernel.query(
    `insert into millrace.entity_history (instance_id, seq, tenant_id, workflow_id, executed_at, to_state, executed_by, context, metadata, hash)
     select e.id, s, e.tenant_id, e.workflow_id, e.updated_at, e.state, 'clerk ' || e.entity_id::int % 10, '{}', '{}', ''
     from millrace.entities e, generate_series(1, 2) s order by e.updated_at`,
  )
  await kernel.query('analyze')
  explain = await explainAll(kernel)
}, 60_000)

test.each([
  ['by id', 'runs', 'id = millrace.read_run_ref($1)', [uuid('11000')]],
  ['newest first', 'runs', 'true order by created_at desc, id desc limit 20', []],
  [
    'from a place on',
    'runs',
    `created_at <= $1::timestamptz and (created_at < $1::timestamptz or id < 5) order by created_at desc, id desc limit 20`,
    [new Date(Date.now() - (SIZE / 2) * 1000)],
  ],
  ['of a workflow', 'runs', 'workflow_id = $1 order by created_at desc limit 20', ['often']],
  [
    'that failed',
    'runs',
    'status = millrace.read_run_status($1) order by created_at desc limit 20',
    ['failed'],
  ],
  [
    'that failed or were cancelled',
    'runs',
    'status = millrace.read_run_status($1) or status = millrace.read_run_status($2) order by created_at desc limit 20',
    ['failed', 'cancelled'],
  ],
  [
    'that completed',
    'runs',
    'status = millrace.read_run_status($1) order by created_at desc limit 20',
    ['completed'],
  ],
  ['an instance', 'entity_workflows', `id = md5('100')::uuid`, []],
  ['an entity', 'entity_workflows', 'entity_table = $1 and entity_id = $2', ['doors', '100']],
  [
    'entities in a state',
    'entity_workflows',
    'workflow_name = $1 and current_state = $2 limit 20',
    ['door', 'shut'],
  ],
  [
    'entities moved last',
    'entity_workflows',
    'workflow_name = $1 order by updated_at desc limit 20',
    ['door'],
  ],
  [
    'the trail of an instance',
    'workflow_history',
    `entity_workflow_instance_id = md5('100')::uuid`,
    [],
  ],
  ['moved last of all', 'entity_workflows', 'true order by updated_at desc limit 20', []],
  [
    'moved last, of a machine that is not there',
    'entity_workflows',
    'workflow_name = $1 order by updated_at desc limit 20',
    ['none'],
  ],
  ['the trail of all', 'workflow_history', 'true order by executed_at desc limit 20', []],
  [
    'the trail of a day',
    'workflow_history',
    'executed_at < $1 order by executed_at desc limit 20',
    [new Date(Date.now() - (SIZE / 2) * 1000)],
  ],
  ...[
    ['of an entity', 'entity_table = $1 and entity_id = $2', ['doors', '100']],
    ['of a machine', 'workflow_name = $1', ['door']],
    ['of a machine that is not there', 'workflow_name = $1', ['none']],
    ['into a state', 'to_state = $1', ['open']],
    ['into a state that few were in', 'to_state = $1', ['shut']],
    ['into a state that is not there', 'to_state = $1', ['none']],
    ['by somebody', 'executed_by = $1', ['clerk 7']],
    ['by nobody', 'executed_by = $1', ['none']],
  ].map(([what, where, values]): [string, string, string, unknown[]] => [
    `the trail ${what}`,
    'workflow_history',
    `${where} order by executed_at desc limit 20`,
    values as unknown[],
  ]),
  ['steps of a run', 'steps', 'run_id = millrace.read_run_ref($1)', [uuid('11000')]],
  [
    'history of a run',
    'run_history',
    'run_id = millrace.read_run_ref($1) order by seq',
    [uuid('11000')],
  ],
])('%s: few pages are read, as another tenant as well', async (_, view, where, values) => {
  for (const tenant of ['default', 'second']) {
    await explain.reads(`begin`)
    await explain.reads(`set local role ${role}`)
    await explain.reads(`set local request.jwt.claims = '{"tenant": "${tenant}"}'`)
    const reads = await explain.reads(`select * from api.${view} where ${where}`, values)
    await explain.reads('rollback')
    const pages = reads.reduce((sum, read) => sum + read.pages, 0)
    expect(reads.length).toBeGreaterThan(0)
    expect(pages, `pages, as ${tenant}`).toBeLessThan(FEW_PAGES)
    const whole = reads.filter(({ how, table }) => large.includes(table) && how.startsWith('Seq'))
    expect(whole).toEqual([])
  }
})
