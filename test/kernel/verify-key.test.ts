import { expect, test } from 'vitest'
import { parseApiKey } from '../../src/auth/api-key.ts'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Known = { tenant: string; good_ms: string | null; suspended: boolean }

async function makeKey(options: object = {}) {
  const given = { scopes: ['runs:read'], ...options }
  const { key } = await kernel.call<{ key: string }>('create_key', 'k', given)
  const { id, hash } = parseApiKey(key) as { id: string; hash: Buffer }
  const verify = async (): Promise<Known | undefined> =>
    (await kernel.query<Known>('select * from millrace.verify_key($1, $2)', [id, hash]))[0]
  const used = async () =>
    (
      await kernel.query('select last_used_at as at from millrace.api_keys where id = $1', [id])
    )[0]?.at?.getTime()
  return { id, hash, verify, used }
}

test('a key is good until it is over', async () => {
  const { verify } = await makeKey({ expires_in: '1 hour' })
  const { good_ms } = (await verify()) as Known
  expect(Number(good_ms)).toBeGreaterThan(3590_000)
  expect(Number(good_ms)).toBeLessThanOrEqual(3600_000)
  await kernel.advanceClock(3600_000)
  expect(await verify()).toBeUndefined()
})

test('a key is good until it is revoked, which is done once', async () => {
  const { id, verify } = await makeKey()
  expect(await verify()).toMatchObject({ good_ms: null, suspended: false })
  const revoked = await kernel.call('revoke_key', id, { by: 'ada' })
  expect(await verify()).toBeUndefined()
  await kernel.advanceClock(1000)
  expect(await kernel.call('revoke_key', id, { by: 'bob' })).toEqual(revoked)
  const audit = `select subject from millrace.audit where target = $1 and action = 'key.revoke'`
  expect(await kernel.query(audit, [id])).toEqual([{ subject: 'ada' }])
})

test('another tenant revokes nothing, and hears no more than of what is not there', async () => {
  await kernel.call('register_tenant', 'other', {})
  const { id, verify } = await makeKey()
  const foreign = await refusal(kernel.call('revoke_key', id, { tenant: 'other' }), 'MR041', id)
  const absent = await refusal(kernel.call('revoke_key', 'x', { tenant: 'other' }), 'MR041', 'x')
  expect(Object.keys(foreign)).toEqual(Object.keys(absent))
  expect(await verify()).toBeDefined()
})

test('its use is noted at most once a minute, and no verification waits for another', async () => {
  const { id, verify, used } = await makeKey()
  expect(await used()).toBeUndefined()
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query('select from millrace.api_keys where id = $1 for update', [id])
  expect(await verify()).toBeDefined() // its row is held: not noted
  expect(await used()).toBeUndefined()
  await holder.query('commit')
  await verify()
  const first = await used()
  expect(first).toBeDefined()
  await kernel.advanceClock(59_000)
  await verify()
  expect(await used()).toBe(first)
  await kernel.advanceClock(2000)
  await verify()
  expect((await used()) as number).toBeGreaterThan(first as number)
})

test('a tenant that is deleted has no keys', async () => {
  await kernel.call('register_tenant', 'gone', {})
  const { verify } = await makeKey({ tenant: 'gone' })
  expect(await verify()).toMatchObject({ tenant: 'gone' })
  await kernel.call('suspend_tenant', 'gone')
  expect(await verify()).toMatchObject({ suspended: true })
  await kernel.call('delete_tenant', 'gone')
  expect(await verify()).toBeUndefined()
})

test('keys are listed page by page, the newest first', async () => {
  await kernel.call('register_tenant', 'pages', {})
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await makeKey({ tenant: 'pages' })).id)
  const page = async (after: string | null) => {
    const options = JSON.stringify({ tenant: 'pages', limit: 2, after })
    const rows = await kernel.query('select key from millrace.get_keys($1)', [options])
    return rows.map(({ key }) => key.id)
  }
  expect(await page(null)).toEqual(ids.slice(0, 2))
  expect(await page(ids[1] as string)).toEqual(ids.slice(2, 4))
  expect(await page(ids[3] as string)).toEqual(ids.slice(4))
})
