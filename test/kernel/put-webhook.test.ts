import { describe, expect, test } from 'vitest'
import { createKernel, openKernel } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'
import { webhookTools } from '../support/webhooks.ts'

const kernel = await openKernel()
const { put, show, secrets } = webhookTools(kernel)

const OUT = { url: 'https://hooks.example.com/a?b=c', events: ['run.failed', 'approval.*'] }
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

test('one that comes in has a path that nobody can guess, and a secret that is shown once', async () => {
  const { name } = await kernel.route()
  const made = await put('orders', { workflow_id: name })
  expect(made).toMatchObject({
    ...{ id: 'orders', direction: 'in', workflow_id: name, scheme: 'standard', active: true },
    ...{ tolerance_ms: 300_000, keep_ms: 604_800_000, secrets: 1, url: null, events: null },
    ...{ path: expect.stringMatching(/^wh_[0-9a-f]{40}$/), run_options: {}, problem: null },
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
  })
  expect(await secrets('orders')).toEqual([`plain:${made.secret}`])
  expect(JSON.stringify(await show('orders'))).not.toContain(String(made.secret))
  const other = await put('other', { workflow_id: name, scheme: 'github' })
  expect(other.path).not.toBe(made.path)
  expect(other.secret).not.toBe(made.secret)
})

test('put again, its path, secret and whether it is active stay; what is given is changed', async () => {
  const { name } = await kernel.route()
  const first = await put('again', { workflow_id: name, queue: 'a', active: false })
  const same = await put('again', { workflow_id: name })
  expect(same).toMatchObject({ path: first.path, active: false, run_options: {} })
  expect(same.secret).toBeUndefined()
  const options = {
    workflow_id: name,
    active: true,
    tolerance: '1 hour',
    tags: ['x'],
    secret: WHSEC,
  }
  expect(await put('again', options)).toMatchObject({
    ...{ path: first.path, active: true, tolerance_ms: 3_600_000, run_options: { tags: ['x'] } },
  })
  expect(await secrets('again')).toEqual([`plain:${WHSEC}`])
  const moved = `wh_${'aB3'.repeat(8)}`
  expect(await put('again', { workflow_id: name, path: moved })).toMatchObject({ path: moved })
  const taken = put('thief', { workflow_id: name, path: moved })
  await refusal(taken, 'MR001', /its path is taken/)
  await put('thief', { workflow_id: name })
  await refusal(put('thief', { workflow_id: name, path: moved }), 'MR001', /its path is taken/)
})

test('of a secret that a client offers the answer says whether it was needed, also when it is sent again', async () => {
  const { name } = await kernel.route()
  const options = { workflow_id: name, new_secret: WHSEC }
  expect(await put('offered', options)).toMatchObject({ secret: WHSEC })
  expect(await put('offered', options)).toMatchObject({ secret: WHSEC })
  const later = { workflow_id: name, new_secret: WHSEC.replace('Mf', 'Nf') }
  expect((await put('offered', later)).secret).toBeUndefined()
  expect(await secrets('offered')).toEqual([`plain:${WHSEC}`])
  const sealed = { workflow_id: name, new_secret: 'v1.abc.def', sealed: true }
  expect(await put('sealed', sealed)).toMatchObject({ secret: 'v1.abc.def' })
  expect(await secrets('sealed')).toEqual(['sealed:v1.abc.def'])
})

test('one that goes out', async () => {
  const made = await put('told', OUT)
  expect(made).toMatchObject({
    ...{ direction: 'out', url: OUT.url, events: ['approval.*', 'run.failed'], path: null },
    ...{ workflow_id: null, scheme: 'standard', secrets: 1, failures: 0, failing_since: null },
    secret: expect.stringMatching(/^whsec_/),
  })
  const { name } = await kernel.route()
  await refusal(put('told', { workflow_id: name }), 'MR001', /cannot become one that goes out, nor/)
})

test('scheme none has no secret; where it had one, that goes', async () => {
  const { name } = await kernel.route()
  await put('open', { workflow_id: name, scheme: 'stripe', secret: 'whsec_of_stripe' })
  expect(await secrets('open')).toEqual(['plain:whsec_of_stripe'])
  expect(await put('open', { workflow_id: name, scheme: 'none' })).toMatchObject({ secrets: 0 })
  expect(await secrets('open')).toEqual([])
  // fails closed: with a scheme again there is a secret again
  expect(await put('open', { workflow_id: name, scheme: 'github' })).toMatchObject({ secrets: 1 })
})

describe('what could not work is refused, by its rule, and no secret is shown', () => {
  test.each([
    [{}, /workflow_id .* or url .* must be given/],
    [{ workflow_id: '$w', scheme: 'hmac' }, /scheme "hmac" must be/],
    [{ workflow_id: '$w', scheme: 'stripe' }, /has no secret/],
    [{ workflow_id: '$w', scheme: 'slack' }, /has no secret/],
    [{ workflow_id: '$w', scheme: 'none', secret: 'a' }, /scheme none has no secret/],
    [{ workflow_id: '$w', secret: 'my-hidden-secret' }, /whsec_ and 24 to 64 bytes/],
    [{ workflow_id: '$w', scheme: 'github', secret: '' }, /1 to 256 characters/],
    [{ workflow_id: '$w', scheme: 'github', secret: '  ' }, /1 to 256 characters/],
    [{ workflow_id: '$w', scheme: 'github', secret: 'x'.repeat(257) }, /1 to 256 characters/],
    [{ workflow_id: '$w', path: 'wh_short' }, /path must be/],
    [{ workflow_id: '$w', path: `wh_${'a'.repeat(30)}/..` }, /path must be/],
    [{ workflow_id: '$w', tolerance: '2 days' }, /tolerance must be/],
    [{ workflow_id: '$w', tolerance: 10 }, /tolerance must be/],
    [{ workflow_id: '$w', retention: '1 hour' }, /retention must be/],
    [{ workflow_id: '$w', active: 'yes' }, /active must be/],
    [{ workflow_id: '$w', priority: 5000 }, /priority must be/],
    [{ workflow_id: '$w', events: ['run.failed'] }, /events goes with url/],
    [{ workflow_id: '$w', pth: 'a' }, /"pth" is not known/],
    [{ url: 'https://a.test' }, /events must be/],
    [{ url: 'https://a.test', events: [] }, /events must be/],
    [{ url: 'https://a.test', events: 'run.failed' }, /events must be/],
    [{ url: 'https://a.test', events: [7] }, /events must be/],
    [{ url: 'https://a.test', events: ['run failed'] }, /events must be/],
    [{ url: 'ftp://a.test', events: ['*'] }, /address of http/],
    [{ url: 'https://a.test/\r\nx: y', events: ['*'] }, /address of http/],
    [{ url: 'https://u:p@a.test', events: ['*'] }, /no user and password/],
    [{ ...OUT, scheme: 'github' }, /signed by scheme standard/],
    [{ ...OUT, queue: 'a' }, /options of runs go with/],
  ])('%o', async (options, fault) => {
    const { name } = await kernel.route()
    const given = JSON.parse(JSON.stringify(options).replace('"$w"', JSON.stringify(name)))
    const details = await refusal(put('refused', given), 'MR001', fault)
    expect(JSON.stringify(details)).not.toContain('hidden')
    expect(await kernel.query(`select from millrace.webhooks where name = 'refused'`)).toEqual([])
    expect(
      await kernel.query(
        `select from millrace.webhook_secrets where webhook_id not in (select id from millrace.webhooks)`,
      ),
    ).toEqual([])
  })

  test('an id of another form, a workflow that is not there', async () => {
    const { name } = await kernel.route()
    for (const id of ['', 'a/b', 'x'.repeat(129)])
      await refusal(put(id, { workflow_id: name }), 'MR001', /its id must match/)
    await refusal(
      put('refused', { workflow_id: 'no such' }),
      'MR040',
      /"no such" is not registered/,
    )
    await refusal(put('refused', { workflow_id: name, version: '9' }), 'MR040', /version "9"/)
  })
})

test('more than 1,000 of a tenant', async () => {
  await using own = await createKernel()
  const { name } = await own.route()
  await own.query(
    `insert into millrace.webhooks (tenant_id, name, direction, scheme, created_at, keep_ms, active, url, events)
     select 1, 'o' || n, 'o', 'standard', now(), 1, false, 'https://a.test', '{*}' from generate_series(1, 1000) n`,
  )
  const tools = webhookTools(own)
  await refusal(tools.put('one more', { workflow_id: name }), 'MR020', /1,000 webhooks/)
  await tools.put('o7', OUT)
})

describe('another secret', () => {
  test('takes the place of the one before, which counts for a day still', async () => {
    const { name } = await kernel.route()
    const { path, secret } = await put('rotated', { workflow_id: name })
    const rotated = await kernel.call<{ secret: string; secrets: number }>(
      'rotate_webhook_secret',
      'rotated',
    )
    expect(rotated).toMatchObject({ secrets: 2, secret: expect.stringMatching(/^whsec_/) })
    const at = async () =>
      (
        await kernel.query<{ secrets: string[] }>('select secrets from millrace.webhook_at($1)', [
          path,
        ])
      )[0]?.secrets
    expect(await at()).toEqual([`plain:${rotated.secret}`, `plain:${secret}`])
    await kernel.advanceClock(86_400_001)
    expect(await at()).toEqual([`plain:${rotated.secret}`])
    expect(await show('rotated')).toMatchObject({ secrets: 1 })
  })

  test('the same again changes nothing; the one before may go at once; at most four count', async () => {
    const { name } = await kernel.route()
    await put('often', { workflow_id: name, scheme: 'slack', secret: 's0' })
    const rotate = (options: object) =>
      kernel.call<{ secrets: number }>('rotate_webhook_secret', 'often', options)
    await rotate({ secret: 's1' })
    expect(await rotate({ secret: 's1' })).toMatchObject({ secrets: 2 })
    expect(await secrets('often')).toEqual(['plain:s1', 'plain:s0'])
    for (const secret of ['s2', 's3', 's4']) await rotate({ secret, keep_old: '1 hour' })
    expect(await secrets('often')).toEqual(['plain:s4', 'plain:s3', 'plain:s2', 'plain:s1'])
    await rotate({ secret: 's5', keep_old: 0 })
    expect(await secrets('often')).toEqual(['plain:s5'])
  })

  test('is refused where it could not sign', async () => {
    const { name } = await kernel.route()
    await put('none', { workflow_id: name, scheme: 'none' })
    await put('stripe', { workflow_id: name, scheme: 'stripe', secret: 'a' })
    await put('std', { workflow_id: name })
    const rotate = (id: string, options: object = {}) =>
      kernel.call('rotate_webhook_secret', id, options)
    await refusal(rotate('none'), 'MR001', /it is not signed/)
    await refusal(rotate('stripe'), 'MR001', /its sender has the secret/)
    await refusal(rotate('std', { secret: 'short' }), 'MR001', /whsec_/)
    await refusal(rotate('std', { keep_old: '2 years' }), 'MR001', /keep_old/)
    await refusal(rotate('nowhere'), 'MR041', /There is no webhook "nowhere"/)
  })
})

test('two who put the same at once: one makes it, the other changes it', async () => {
  const { name } = await kernel.route()
  const track = await openTrack(kernel)
  const call = (queue: string) => (client: { query(t: string, v: unknown[]): Promise<unknown> }) =>
    client.query('select millrace.put_webhook($1, $2)', ['raced', { workflow_id: name, queue }])
  const { first, second, waited } = await track.inTurn(call('a'), call('b'))
  expect(waited).toBe(true)
  expect([first.code, second.code]).toEqual([undefined, undefined])
  expect(await show('raced')).toMatchObject({ run_options: { queue: 'b' }, secrets: 1 })
})

test('another tenant sees, changes and deletes nothing', async () => {
  await kernel.makeTenant('acme')
  const { name } = await kernel.route()
  const mine = await put('mine', { workflow_id: name })
  const tenant = { tenant: 'acme' }
  expect(await kernel.query('select * from millrace.get_webhooks($1)', [tenant])).toEqual([])
  await refusal(kernel.call('delete_webhook', 'mine', tenant), 'MR041', /no webhook/)
  await refusal(kernel.call('rotate_webhook_secret', 'mine', tenant), 'MR041', /no webhook/)
  await refusal(put('mine', { ...tenant, workflow_id: name }), 'MR040', /not registered/)
  expect(await show('mine')).toMatchObject({ path: mine.path })
})

test('deleted, it is gone at once, and its name is free', async () => {
  const { name } = await kernel.route()
  const { path } = await put('gone', { workflow_id: name })
  await kernel.call('delete_webhook', 'gone')
  expect(await kernel.query('select from millrace.webhook_at($1)', [path])).toEqual([])
  await refusal(kernel.call('delete_webhook', 'gone'), 'MR041', /no webhook/)
  const again = await put('gone', { workflow_id: name })
  expect(again.path).not.toBe(path)
})
