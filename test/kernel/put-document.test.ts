import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const register = (name: string, document: string | null, version = '1', tenant = 1) =>
  kernel.query(`select millrace.register_workflow($1, $2, $3, '{"kind": "flow"}', $4, $5)`, [
    ...[tenant, name, version, document, document === null ? null : hash(document)],
  ])
const documents = (name: string) =>
  kernel.query(
    `select w.version, d.tenant_id, d.document, d.hash
    from millrace.workflow_documents d join millrace.workflows w on w.id = d.workflow_id
    where w.name = $1 order by w.id`,
    [name],
  )

test('a version has one document, however often it is registered', async () => {
  await register('same', '{"a":1}')
  await register('same', '{"a":1}')
  await register('same', '{"a":2}', '2')
  expect(await documents('same')).toEqual([
    { version: '1', tenant_id: 1, document: '{"a":1}', hash: hash('{"a":1}') },
    { version: '2', tenant_id: 1, document: '{"a":2}', hash: hash('{"a":2}') },
  ])
})

test('another content of a version is refused, and nothing of it is taken', async () => {
  await register('other', '{"a":1}')
  const text = `select definition, registered_at from millrace.workflows where name = 'other'`
  const before = await kernel.query(text)
  const details = await refusal(register('other', '{"a":2}'), 'MR015', /"other".*version "1"/)
  expect(details).toEqual({
    ...{ workflow_id: 'other', version: '1', stored: hash('{"a":1}'), given: hash('{"a":2}') },
  })
  await refusal(register('other', null), 'MR015', /stored definition, and this one has none/)
  expect(await kernel.query(text)).toEqual(before)
  expect(await documents('other')).toMatchObject([{ document: '{"a":1}' }])
})

test('a version that was code alone may get a document', async () => {
  await register('late', null)
  await register('late', '{"a":1}')
  expect(await documents('late')).toMatchObject([{ version: '1' }])
})

test('tenants have documents of their own, and see no others', async () => {
  const second = await kernel.makeTenant('second')
  await register('shared', '{"a":1}')
  await register('shared', '{"a":2}', '1', second)
  expect((await documents('shared')).map((row) => row.tenant_id)).toEqual([1, second])
  const client = await kernel.connect(true)
  const role = `reader_${process.pid}_${second}`
  await client.query(`create role ${role}; grant usage on schema millrace to ${role};
    grant select on millrace.workflow_documents to ${role}; set role ${role}`)
  const seen = async () =>
    (await client.query(`select distinct tenant_id from millrace.workflow_documents`)).rows
  expect(await seen()).toEqual([])
  await client.query(`set millrace.tenant_id = '${second}'`)
  expect(await seen()).toEqual([{ tenant_id: second }])
  await client.query(`reset role; drop owned by ${role}; drop role ${role}`)
})

test('of two that register a version at once with other contents, one is refused', async () => {
  const track = await openTrack(kernel)
  const call = (document: string) => (client: { query: typeof kernel.query }) =>
    client.query(`select millrace.register_workflow(1, 'race', '1', '{}', $1, $2)`, [
      ...[document, hash(document)],
    ])
  type Call = Parameters<typeof track.inTurn>[0]
  const { first, second, waited } = await track.inTurn(
    call('{"a":1}') as Call,
    call('{"a":2}') as Call,
  )
  expect(waited).toBe(true)
  expect(first.code).toBeUndefined()
  expect(second.code).toBe('MR015')
  const same = await track.inTurn(call('{"a":1}') as Call, call('{"a":1}') as Call)
  expect([same.first.code, same.second.code]).toEqual([undefined, undefined])
  expect(await documents('race')).toMatchObject([{ document: '{"a":1}' }])
})

test('no start reads a document', async () => {
  await register('start', `{"long":"${'x'.repeat(100_000)}"}`)
  const explain = await explainAll(kernel)
  const starts = [
    `select millrace.start_workflow('start', '{}')`,
    `select * from millrace.resolve_route(1, 'start')`,
    `select * from millrace.start_runs(1, array[millrace.take_ids()],
       array[(select route_id from millrace.resolve_route(1, 'start'))], null, '{1}')`,
  ]
  for (const text of starts) {
    const tables = (await explain.reads(text)).map(({ table }) => table)
    expect(tables).toContain('workflows')
    expect(tables).not.toContain('workflow_documents')
  }
})
