import { beforeAll, expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const tenant = 'team'
beforeAll(() => kernel.call('register_tenant', tenant))

const actions = async (target: string) =>
  (
    await kernel.query(
      'select action, subject, detail from millrace.audit where target = $1 order by id',
      [target],
    )
  ).map(({ action, subject, detail }) => [action, subject, detail])

test('a member is a viewer unless it is said, and what is not given stays', async () => {
  const made = await kernel.call('put_member', 'ada', { tenant, email: 'ada@example.com', by: 'x' })
  expect(made).toMatchObject({ subject: 'ada', roles: ['viewer'], name: null })
  await kernel.advanceClock(1000)
  const roles = ['operator', 'admin', 'operator']
  const changed = await kernel.call('put_member', 'ada', { tenant, roles, name: 'Ada', by: 'y' })
  expect(changed).toMatchObject({
    ...{ email: 'ada@example.com', name: 'Ada', roles: ['admin', 'operator'] },
  })
  expect(await kernel.call('put_member', 'ada', { tenant, by: 'z' })).toEqual(changed)
  expect(await actions('ada')).toEqual([
    ['member.put', 'x', { roles: ['viewer'], email: 'ada@example.com' }],
    [
      'member.put',
      'y',
      { roles: ['admin', 'operator'], email: 'ada@example.com', had: ['viewer'] },
    ],
  ])
})

test('what is no member is refused', async () => {
  for (const [subject, options, text] of [
    ['', {}, 'subject'],
    ['a\u0007', {}, 'subject'],
    ['key:abc', {}, 'subject'],
    ['role:x', {}, 'subject'],
    ['millrace:timer', {}, 'subject'],
    ['x'.repeat(257), {}, 'subject'],
    ['a', { roles: ['owner'] }, 'viewer, operator, admin'],
    ['a', { email: 'nobody' }, 'email'],
    ['a', { name: '' }, 'name'],
  ] as const)
    await refusal(kernel.call('put_member', subject, { tenant, ...options }), 'MR001', text)
})

test('one who is removed has no role, and is somebody in no other tenant', async () => {
  const verify = (of: string, subject: string) =>
    kernel.query('select * from millrace.verify_member($1, $2)', [of, subject])
  await kernel.call('put_member', 'bob', { tenant, roles: ['operator'] })
  expect(await verify(tenant, 'bob')).toEqual([{ roles: ['operator'], suspended: false }])
  expect(await verify('default', 'bob')).toEqual([{ roles: null, suspended: false }])
  expect(await verify('nobody', 'bob')).toEqual([])
  await refusal(kernel.call('remove_member', 'bob', {}), 'MR041', '"bob"')
  await kernel.call('remove_member', 'bob', { tenant, by: 'ops' })
  expect(await verify(tenant, 'bob')).toEqual([{ roles: null, suspended: false }])
  await refusal(kernel.call('remove_member', 'bob', { tenant }), 'MR041', '"bob"')
  expect((await actions('bob')).at(-1)).toEqual(['member.remove', 'ops', null])
})

test('two who put the same member at once both do', async () => {
  const track = await openTrack(kernel)
  const put = (role: string) => (client: { query(text: string): Promise<unknown> }) =>
    client.query(`select millrace.put_member('eve', '{"tenant": "team", "roles": ["${role}"]}')`)
  const { first, second, waited } = await track.inTurn(put('viewer'), put('admin'))
  expect([first.code, second.code, waited]).toEqual([undefined, undefined, true])
  const rows = await kernel.query(`select roles from millrace.members where subject = 'eve'`)
  expect(rows).toEqual([{ roles: ['admin'] }])
})

test('members are listed by subject, page by page', async () => {
  await kernel.call('register_tenant', 'many')
  for (const subject of ['c', 'a', 'b'])
    await kernel.call('put_member', subject, { tenant: 'many' })
  const page = async (options: object) =>
    (
      await kernel.query('select member from millrace.get_members($1)', [
        JSON.stringify({ tenant: 'many', ...options }),
      ])
    ).map(({ member }) => member.subject)
  expect(await page({ limit: 2 })).toEqual(['a', 'b'])
  expect(await page({ limit: 2, after: 'b' })).toEqual(['c'])
  expect(await page({ subject: 'c' })).toEqual(['c'])
  await kernel.call('put_quota', 'members', '3', { tenant: 'many' })
  await refusal(kernel.call('put_member', 'd', { tenant: 'many' }), 'MR021', 'members')
  await kernel.call('put_member', 'c', { tenant: 'many', roles: ['admin'] })
})
