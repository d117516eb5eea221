import { expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { Database } from '../../src/kernel/database.ts'
import { migrate } from '../../src/kernel/migrate.ts'
import { startEngine } from '../support/engine.ts'

test('a flow that SQL has made under pgflow’s names is run by its code, and its states are told', async () => {
  const flow = new Flow<{ n: number[] }>({ slug: 'numbers', maxAttempts: 1 })
    .array({ slug: 'list' }, ({ n }) => n)
    .map({ slug: 'twice', array: 'list' }, (x) => x * 2)
    .step({ slug: 'never', dependsOn: ['list'], if: { list: [99] } }, () => 1)
    .step({ slug: 'boom', dependsOn: ['list'], whenExhausted: 'skip' }, () => {
      throw new Error('boom')
    })
    .step({ slug: 'sum', dependsOn: ['twice', 'never', 'boom'] }, ({ twice }) =>
      twice.reduce((a, b) => a + b, 0),
    )
  await using t = await startEngine([], { pollInterval: 50 })
  await migrate(new Database({ pool: t.db.pool }), { compat: 'pgflow' })
  await t.db.query(`select pgflow.create_flow('numbers')`)
  const add = `select pgflow.add_step('numbers', $1, $2, step_type => $3, required_input_pattern => $4, when_exhausted => $5)`
  for (const step of [
    ['list', [], 'single', null, 'fail'],
    ['twice', ['list'], 'map', null, 'fail'],
    ['never', ['list'], 'single', { list: [99] }, 'fail'],
    ['boom', ['list'], 'single', null, 'skip'],
    ['sum', ['twice', 'never', 'boom'], 'single', null, 'fail'],
  ])
    await t.db.query(add, step)
  const start = (n: string) =>
    t.db.value<string>(`select run_id from pgflow.start_flow('numbers', '{"n": ${n}}')`)
  const before = await start('[1, 2]')
  await t.engine.registerWorkflow(flow)
  const after = await start('[1, 2, 3]')
  for (const [runId, sum] of [
    [before, 6],
    [after, 12],
  ] as const) {
    const run = await t.engine.getRun({ runId })
    expect(await run?.result({ timeout: 15_000 })).toEqual({ sum })
    const states = await t.db.value<{
      run: object
      steps: { step_slug: string; status: string }[]
    }>('select pgflow.get_run_with_states($1)', [runId])
    expect(states.run).toMatchObject({ status: 'completed' })
    const statuses = Object.fromEntries(states.steps.map((one) => [one.step_slug, one.status]))
    expect(statuses).toMatchObject({ list: 'completed', twice: 'completed', never: 'skipped' })
    expect(statuses).toMatchObject({ boom: 'skipped', sum: 'completed' })
  }
})
