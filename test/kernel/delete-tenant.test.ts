import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { makeTwoTenants, type TwoTenants, tablesOfTenants } from '../support/two-tenants.ts'

let two: TwoTenants
beforeAll(async () => {
  two = await makeTwoTenants()
}, 60_000)
afterAll(() => two.kernel.drop())

type Progress = { done: boolean; deleted: number; place: string | null }
const remove = (slug: string, options: object) =>
  two.kernel.call<Progress>('delete_tenant', slug, options)

async function rowsOf(tenant: number): Promise<string[]> {
  const tables = await tablesOfTenants(two.admin)
  const found: string[] = []
  for (const { name } of tables) {
    const text = `select x::text as row from millrace.${name} x where tenant_id = $1`
    const { rows } = await two.admin.query(text, [tenant])
    found.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  return found.sort()
}

test('while it has unfinished runs it is refused, and nothing is changed', async () => {
  const { a } = two
  const before = await rowsOf(a.tenant)
  const details = await refusal(remove(a.slug, {}), 'MR011', 'unfinished runs')
  expect(details).toMatchObject({ tenant: 'alpha', live: 3 })
  expect(await rowsOf(a.tenant)).toEqual(before)
  await refusal(remove('default', { cancel: true }), 'MR011', '"default"')
  await refusal(remove('nobody', {}), 'MR042', '"nobody"')
  await refusal(remove(a.slug, { force: true }), 'MR001', 'force')
})

test('batch by batch every row goes, of every table, and none of another tenant', async () => {
  const { kernel, a, b } = two
  const others = await rowsOf(b.tenant)
  const before = (await rowsOf(a.tenant)).length
  expect(before).toBeGreaterThan(40)
  const marked = await remove(a.slug, { cancel: true, by: 'ops' })
  expect(marked).toEqual({ done: false, deleted: 0, place: null })
  // from here on it is as if it were not there
  await refusal(kernel.call('get_tenant', { tenant: a.slug }), 'MR042', a.slug)
  await refusal(
    kernel.call('start_workflow', a.workflow, null, { tenant: a.slug }),
    'MR042',
    a.slug,
  )
  // nor does a worker that knows its number register anything
  await refusal(kernel.call('register_workflow', a.tenant, 'late', '1', {}), 'MR042', 'deleted')
  expect(
    await kernel.query('select * from millrace.verify_key($1, $2)', [a.key, a.keyHash]),
  ).toEqual([])
  expect(await kernel.call('read_secret', a.slug, a.secret)).toBeNull()
  await refusal(kernel.call('register_tenant', a.slug), 'MR014', a.slug)
  await refusal(remove(a.slug, { place: 'x' }), 'MR001', 'no place')
  let calls = 0
  let gone = 0
  for (let place: string | null = null; ; ) {
    // a caller that dies begins again
    const from: string | null = calls === 9 ? null : place
    const batch: Progress = await remove(a.slug, { batch: 1, place: from })
    calls++
    gone += batch.deleted
    if (batch.done) break
    place = batch.place
  }
  expect(await rowsOf(a.tenant)).toEqual([])
  expect(gone).toBeGreaterThan(30)
  expect(await rowsOf(b.tenant)).toEqual(others)
  const left = await kernel.query('select from millrace.tenants where slug = $1', [a.slug])
  expect(left).toEqual([])
  const log = await kernel.query(
    `select subject, action, target from millrace.audit where tenant_id = 0 and action = 'tenant.delete'`,
  )
  expect(log).toEqual([{ subject: 'ops', action: 'tenant.delete', target: 'alpha' }])
  await refusal(remove(a.slug, {}), 'MR042', a.slug)
})

test('its worker is told that it has lost what it held', async () => {
  const { kernel, b } = two
  await remove(b.slug, { cancel: true })
  await remove(b.slug, {}) // entities
  await remove(b.slug, {}) // runs
  const [verdict] = await kernel.query<{ verdict: string }>(
    `select * from millrace.journal_length($1, $2, 0, $3)`,
    [b.tenant, b.runNumber, b.fence],
  )
  expect(Object.values(verdict ?? {})).toEqual([null])
})

test('a start that was under way when it was deleted, and is committed in the middle, leaves no run behind', async () => {
  const { kernel } = two
  const tenant = await kernel.makeTenant('hasty')
  await kernel.call('register_workflow', tenant, 'w', '1', {})
  const other = await kernel.pool.connect()
  await other.query('begin')
  const { rows } = await other.query(
    `select millrace.start_workflow('w', null, '{"tenant": "hasty"}')`,
  )
  expect(rows).toHaveLength(1)
  let place: string | null = null
  for (let calls = 0; ; calls++) {
    const { done, place: next }: Progress = await remove('hasty', {
      ...{ cancel: true },
      ...(place && { place }),
    })
    place = next
    // the first hits of live and runs are over
    if (place === '10/0') await other.query('commit')
    if (done) break
    expect(calls).toBeLessThan(100)
  }
  other.release()
  const left = (await rowsOf(tenant)).map((row) => row.split(' ')[0])
  expect(
    left.filter((table) => table === 'live' || table === 'runs' || table === 'runs_0'),
  ).toEqual([])
})

/** Deletes a tenant on a connection of its own, call after call, until it is done. */
async function removeAll(client: pg.Client, slug: string): Promise<void> {
  let place: string | null = null
  for (let done = false; !done; ) {
    const options = JSON.stringify({ cancel: true, batch: 2, ...(place && { place }) })
    const { rows } = await client.query('select millrace.delete_tenant($1, $2) as one', [
      ...[slug, options],
    ])
    ;({ done, place } = rows[0].one as Progress)
  }
}

const door = {
  workflow: { name: 'door' },
  states: [{ name: 'open', initial: true, on_enter: [{ start: 'w' }] }, { name: 'shut' }],
  transitions: [
    { from: 'open', to: 'shut', name: 'shut', after: '1s' },
    { from: 'shut', to: 'open', name: 'open' },
  ],
}

test.each([
  ['a start of an entity', `select millrace.start_entity('door', 'late', $1)`],
  [
    'a transition',
    `select millrace.transition(null, $1::jsonb || '{"entity": {"machine": "door", "id": "1"}, "name": "shut"}')`,
  ],
  [
    'a transition that starts a run',
    `select millrace.transition(null, $1::jsonb || '{"entity": {"machine": "door", "id": "2"}, "name": "open"}')`,
  ],
  ['timers', 'select millrace.work_entities(), $1::jsonb'],
  ['a trigger', 'with x as (select $1::jsonb) insert into doors select 9 from x'],
  [
    'a machine that is defined',
    `select millrace.define_machine('{"workflow": {"name": "gate"}, "states": [{"name": "a", "initial": true}]}', $1)`,
  ],
  ['a machine of the installation', `select millrace.start_entity('shared', '1', $1)`],
])(
  '%s under way is waited for, and nothing of it is left',
  async (what, text) => {
    const { kernel } = two
    const slug = what.replaceAll(' ', '-')
    const tenant = await kernel.makeTenant(slug)
    const options = JSON.stringify({ tenant: slug })
    await kernel.call('register_workflow', tenant, 'w', '1', {})
    await kernel.call('define_machine', door, { tenant: slug })
    const shared = {
      workflow: { name: 'shared' },
      states: door.states.slice(1).map((s) => ({ ...s, initial: true })),
    }
    await kernel.query('select millrace.keep_machine(0, $1, $2, $3)', [
      'shared',
      '1',
      JSON.stringify(shared),
    ])
    for (const id of ['1', '2', '3', '4', '5'])
      await kernel.query(`select millrace.start_entity('door', $1, $2)`, [id, options])
    await kernel.query(
      `select millrace.transition(null, $1::jsonb || '{"entity": {"machine": "door", "id": "2"}, "name": "shut"}')`,
      [options],
    )
    await kernel.query('drop table if exists doors')
    await kernel.query('create table doors (id int)')
    await kernel.query(
      `create trigger starts after insert on doors for each row execute function millrace.start_entity_of_row('door', 'id', '${slug}')`,
    )
    if (what === 'timers') {
      const text = `update millrace.entities set entered_at = entered_at - interval '1 h', due_at = due_at - interval '1 h' where tenant_id = $1`
      await kernel.query(text, [tenant])
    }
    const [mover, remover] = [await kernel.connect(), await kernel.connect()]
    await mover.query('begin')
    await mover.query(text, [options])
    const gone = removeAll(remover, slug)
    await kernel.waitUntilBlocked(remover)
    await mover.query('commit')
    await gone
    expect(await rowsOf(tenant)).toEqual([])
    // and nobody who still knows its number begins anything
    const again = await kernel.query<{ problem: { code: string } }>(
      `select problem from millrace.start_entities($1, '{door}', '{null}', '{null}', '{1}', '{null}', '{null}')`,
      [tenant],
    )
    expect(again.map(({ problem }) => problem.code)).toEqual(['MR040'])
    await refusal(
      kernel.query(
        `select * from millrace.start_entities($1, '{shared}', '{null}', '{null}', '{1}', '{null}', '{null}')`,
        [tenant],
      ),
      'MR042',
      'deleted',
    )
    expect(await rowsOf(tenant)).toEqual([])
  },
  30_000,
)
