import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const second = await kernel.makeTenant('second')
const states = [{ name: 'open', initial: true }, { name: 'shut' }]
const put = (options: object) =>
  kernel.call('define_machine', { workflow: { name: 'door' }, states }, options)
const idOf = (version: string, tenant: number) =>
  kernel.value<string>(
    `select millrace.machine_uuid(id)::text from millrace.workflows where tenant_id = $1 and name = 'door' and version = $2`,
    [tenant, version],
  )
const find = async (tenant: number, id: string | null) =>
  (await kernel.query('select name, version from millrace.machine_of_id($1, $2)', [tenant, id]))[0]

test('an id is that of a version, a name that of a machine', async () => {
  await put({ version: '1' })
  await put({ version: '2' })
  expect(await find(1, await idOf('1', 1))).toEqual({ name: 'door', version: '1' })
  expect(await find(1, (await idOf('2', 1)).toUpperCase())).toEqual({ name: 'door', version: '2' })
  expect(await find(1, 'door')).toEqual({ name: 'door', version: null })
  expect(await find(1, 'whatever')).toEqual({ name: 'whatever', version: null })
  await refusal(find(1, null), 'MR001', 'No machine is named')
})

test('that of another tenant, and one that was deleted, there is not', async () => {
  await put({ tenant: 'second', version: '1' })
  const theirs = await idOf('1', second)
  await refusal(find(1, theirs), 'MR040', theirs)
  expect(await find(second, theirs)).toEqual({ name: 'door', version: '1' })
  await kernel.query('update millrace.workflows set deleted_at = now() where tenant_id = $1', [
    second,
  ])
  await refusal(find(second, theirs), 'MR040', theirs)
})

test('ids are UUIDs, each of one number, and other texts are none', async () => {
  const [row] = await kernel.query(
    `select count(distinct u) as different, bool_and(millrace.machine_number(u::text) = i) as back,
       bool_and(u::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-b[0-9a-f]{3}-[0-9a-f]{12}$') as form,
       bool_and(millrace.run_number(u) is null) as no_run
     from (select i, millrace.machine_uuid(i) as u from unnest(array[1, 2, 77, 65536, 2147483647]) i
           union all select i, millrace.machine_uuid(i) from generate_series(1000, 2000) i) x`,
  )
  expect(row).toEqual({ different: '1006', back: true, form: true, no_run: true })
  for (const text of [
    '',
    'door',
    '00000001-0000-8000-b000-000000000000',
    crypto.randomUUID(),
    'ffffffff-',
  ])
    expect(await kernel.value('select millrace.machine_number($1)', [text])).toBeNull()
})
