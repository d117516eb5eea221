import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { defineGraph } from '../../src/graph/index.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { readAnswer, startServer, useServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { senders } from '../webhook/senders.ts'

const t = useServer()
const echo = workflow('echo', ({ input }) => input)
beforeAll(() => t.register(echo))

const put = async (id: string, body: object = {}) =>
  (await t.send('PUT', `/api/webhooks/${id}`, { body: { workflow_id: 'echo', ...body } })).body
const deliver = async (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) =>
  readAnswer(
    await t.server.fetch(
      new Request(`http://localhost/webhooks/${path}`, { method: 'POST', body, headers }),
    ),
  )
const log = async (id: string) => (await t.send('GET', `/api/webhooks/${id}/deliveries`)).body.data
const signatureIn = (headers: Record<string, string>) =>
  Object.entries(headers).find(([name]) => name.includes('signature'))?.[1]
const github = (secret: string, body: string) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})

describe.each(senders)(
  'deliveries signed as $scheme does',
  ({ scheme, secret, otherSecret, send }) => {
    test('start a run, which has the payload and the headers', async () => {
      const { path } = await put(`real-${scheme}`, { scheme, secret })
      const text = '{"id":"evt_1","event_id":"Ev1","amount":1.5,"name":"Zoë"}'
      const sent = await send(text, Date.now())
      const taken = await deliver(path, sent.body, {
        ...sent.headers,
        'x-event': 'push',
        cookie: 'a=b',
      })
      expect(taken).toMatchObject({ status: 202, body: { duplicate: false } })
      expect(taken.body.execution_id).toBe(taken.body.run_id)
      const run = await t.send('GET', `/api/runs/${taken.body.run_id}?wait=10s`)
      expect(run.body.output.payload).toEqual(JSON.parse(text))
      expect(run.body.output.headers).toMatchObject({ 'x-event': 'push' })
      expect(JSON.stringify(run.body.output.headers)).not.toMatch(/signature|cookie/)
      const again = await deliver(path, sent.body, sent.headers)
      expect(again).toMatchObject({
        status: 202,
        body: { run_id: taken.body.run_id, duplicate: true },
      })
      expect(await log(`real-${scheme}`)).toMatchObject([
        { status: 'duplicate' },
        { status: 'accepted' },
      ])
    })

    test('are refused where somebody else has signed them, and start nothing', async () => {
      const id = `forged-${scheme}`
      const { path } = await put(id, { scheme, secret })
      const forged = await send('{"a":1}', Date.now(), otherSecret)
      const refused = await deliver(path, forged.body, forged.headers)
      expect(refused).toMatchObject({
        status: 401,
        body: { code: 'MR042', error: { code: 'INVALID_SIGNATURE' } },
      })
      expect(JSON.stringify(refused.body)).not.toContain(secret)
      expect(await deliver(path, '{"a":1}')).toMatchObject({ status: 401 })
      expect(await log(id)).toMatchObject([
        { status: 'rejected', reason: 'The headers of the signature are missing.', run_id: null },
        { status: 'rejected', reason: 'The signature is wrong.' },
      ])
      expect(JSON.stringify(await log(id))).not.toContain(signatureIn(forged.headers))
      const { body } = await t.send('GET', `/api/webhooks/${id}`)
      expect(body).toMatchObject({ counts: { rejected: 2 } })
      expect(body).not.toHaveProperty('secret')
    })
  },
)

describe('what comes', () => {
  test('an address that there is not, or that is not active, is 404, whatever comes', async () => {
    const { path } = await put('off', { active: false })
    for (const where of [
      path,
      `wh_${'0'.repeat(40)}`,
      'x',
      '%00',
      '..%2F..%2Fapi%2Fruns',
      'wh_'.padEnd(300, 'a'),
    ]) {
      const answer = await deliver(where, '{}')
      expect([where, answer.status < 500 && [404, 422].includes(answer.status)]).toEqual([
        where,
        true,
      ])
    }
    expect((await deliver(path, '{}')).body.error.code).toBe('NOT_FOUND')
    expect(await t.send('GET', `/webhooks/${path}`)).toMatchObject({ status: 405 })
  })

  test('what is no JSON is {}, a form its fields; U+0000 goes', async () => {
    const { path } = await put('bodies', { scheme: 'none' })
    const payload = async (body: string | Uint8Array<ArrayBuffer>, type?: string) => {
      const answer = await deliver(path, body, type ? { 'content-type': type } : {})
      const { body: run } = await t.send('GET', `/api/runs/${answer.body.run_id}?wait=10s`)
      return run.output.payload
    }
    const form = 'application/x-www-form-urlencoded'
    expect(await payload('{"a":')).toEqual({})
    expect(await payload('')).toEqual({})
    expect(await payload(new Uint8Array([0xff, 0xfe]))).toEqual({})
    expect(await payload('[1]', 'text/plain')).toEqual([1])
    expect(await payload('{"a":1}', form)).toEqual({ a: 1 })
    expect(await payload('a=1&a=2&b=x+y', form)).toEqual({ a: ['1', '2'], b: 'x y' })
    expect(await payload('{"a\\u0000":"b\\u0000c\\ud800"}')).toEqual({ a: 'bc\ufffd' })
    expect(await payload('{"__proto__":{"x":1}}')).toEqual(JSON.parse('{"__proto__":{"x":1}}'))
  })

  test('what no run can hold is refused, and noted with the reason', async () => {
    const { path } = await put('hostile', { scheme: 'none' })
    expect(await deliver(path, `${'['.repeat(100)}${']'.repeat(100)}`)).toMatchObject({
      status: 422,
    })
    expect(await deliver(path, '{"n":1e999}')).toMatchObject({ status: 422 })
    // deeper than a parser goes: it is no JSON then
    expect((await deliver(path, '['.repeat(500_000))).status).toBe(202)
    const [, ...refused] = await log('hostile')
    expect(refused).toMatchObject([
      { status: 'rejected', reason: expect.stringMatching(/^MR002/) },
      { status: 'rejected', reason: expect.stringMatching(/^MR002.*/) },
    ])
    expect(
      await t.send('POST', `/api/webhooks/hostile/deliveries/${refused[0].id}/redeliver`),
    ).toMatchObject({ status: 409 })
  })

  test('more than the limit is 413, noted, and not read to its end', async () => {
    const { path } = await put('large', { scheme: 'none' })
    const answer = await deliver(path, 'x'.repeat(1_048_577))
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE' } } })
    expect(await log('large')).toMatchObject([
      { status: 'rejected', reason: expect.stringMatching(/limit/) },
    ])
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    const request = new Request(`http://localhost/webhooks/${path}`, {
      ...{ method: 'POST', body: endless, duplex: 'half' },
    } as RequestInit)
    expect((await t.server.fetch(request)).status).toBe(413)
    expect(pulled).toBeLessThan(30)
  })

  test('what is compressed is refused, not taken for nothing', async () => {
    const { path } = await t.engine.putWebhook({ id: 'zip', workflowId: 'echo', scheme: 'none' })
    const deliverAs = (encoding: string) =>
      deliver(path as string, '{"n":1}', { 'content-encoding': encoding })
    const refused = await deliverAs('gzip')
    expect(refused).toMatchObject({ status: 415, body: { code: 'MR063' } })
    expect((await deliverAs('identity')).status).toBe(202)
  })

  test('a secret that is taken away while a body still comes does not count for it', async () => {
    const put = { id: 'slow', workflowId: 'echo', scheme: 'github' } as const
    const { path, secret } = await t.engine.putWebhook(put)
    const text = '{"n":1}'
    const later = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const since = performance.now()
        await until('it took long', () => performance.now() - since > 1100)
        await t.engine.rotateWebhookSecret({ id: 'slow', keepOld: 0 })
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      },
    })
    const init = {
      method: 'POST',
      body: later,
      duplex: 'half',
      headers: github(secret as string, text),
    }
    const request = new Request(`http://localhost/webhooks/${path}`, init as RequestInit)
    expect((await t.server.fetch(request)).status).toBe(401)
  })

  test('Slack is shown its challenge, if it has signed it', async () => {
    const slack = senders.find(({ scheme }) => scheme === 'slack')
    if (!slack) throw new Error('there is one')
    const { path } = await put('slack', { scheme: 'slack', secret: slack.secret })
    const sent = await slack.send('{"type":"url_verification","challenge":"c1"}', Date.now())
    expect(await deliver(path, sent.body, sent.headers)).toMatchObject({ status: 200, body: 'c1' })
    expect(await deliver(path, sent.body)).toMatchObject({ status: 401 })
  })

  test('a workflow that is not there any more: an error, delivered again once it is', async () => {
    const { path } = await put('late', { scheme: 'none', version: '1' })
    await t.db.query(`update millrace.webhooks set workflow = 'later' where name = 'late'`)
    const answer = await deliver(path, '{"n":7}', { 'idempotency-key': 'k' })
    expect(answer).toMatchObject({ status: 404, body: { code: 'MR040' } })
    const [error] = await log('late')
    expect(error).toMatchObject({ status: 'error', reason: expect.stringMatching(/^MR040/) })
    await t.register(workflow('later', ({ input }) => input))
    const again = await t.send('POST', `/api/webhooks/late/deliveries/${error.id}/redeliver`)
    expect(again).toMatchObject({
      status: 200,
      body: { status: 'accepted', redelivery_of: error.id },
    })
    const run = await t.send('GET', `/api/runs/${again.body.run_id}?wait=10s`)
    expect(run.body.output.payload).toEqual({ n: 7 })
    expect((await deliver(path, '{"n":7}', { 'idempotency-key': 'k' })).body).toMatchObject({
      ...{ duplicate: true, run_id: again.body.run_id },
    })
  })

  test('a flood of forgeries: each is refused, few are noted, all are counted', async () => {
    await using own = await startServer([echo])
    const made = await own.send('PUT', '/api/webhooks/flood', { body: { workflow_id: 'echo' } })
    const { path } = made.body
    const statements = () =>
      own.db.value<number>(
        `select coalesce(sum(n_tup_ins + n_tup_upd), 0)::int from pg_stat_user_tables where relname like 'webhook%'`,
      )
    const forge = async () =>
      (
        await own.server.fetch(
          new Request(`http://localhost/webhooks/${path}`, { method: 'POST', body: '{}' }),
        )
      ).status
    for (let i = 0; i < 10; i++)
      expect(new Set(await Promise.all(Array.from({ length: 50 }, forge)))).toEqual(new Set([401]))
    await own.server.close()
    await until('all are counted', async () => {
      const [hook] = await own.engine.getWebhooks()
      return hook?.counts.rejected === 500
    })
    const kept = `select count(*)::int from millrace.webhook_deliveries`
    // the minute may have changed in between
    expect(await own.db.value<number>(kept)).toBeLessThanOrEqual(20)
    expect(await statements()).toBeLessThan(200)
  })
})

describe('over a socket', () => {
  test('a signature that comes twice is none; an address is noted', async () => {
    await using own = await startServer([echo], { trustedProxies: ['127.0.0.1'] })
    const secret = 'my-secret'
    const made = await own.send('PUT', '/api/webhooks/socket', {
      body: { workflow_id: 'echo', scheme: 'github', secret },
    })
    const { url } = await own.server.listen({ port: 0 })
    const { path } = made.body
    const post = (headers: [string, string][]) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1')
        const lines = [
          `POST /webhooks/${path} HTTP/1.1`,
          'host: localhost',
          'content-length: 7',
          'connection: close',
        ]
        socket.write(
          `${[...lines, ...headers.map((h) => h.join(': '))].join('\r\n')}\r\n\r\n{"a":1}`,
        )
        let text = ''
        socket.on('data', (chunk) => {
          text += chunk
        })
        socket.on('end', () => resolve(text)).on('error', reject)
      })
    const signed = Object.entries(github(secret, '{"a":1}')) as [string, string][]
    expect(await post([...signed, ...signed])).toMatch(/^HTTP\/1.1 401/)
    const forwarded: [string, string] = ['x-forwarded-for', '1.2.3.4, 198.51.100.7']
    expect(await post([...signed, forwarded])).toMatch(/^HTTP\/1.1 202/)
    const { items } = await own.engine.getDeliveries()
    expect(items.map(({ status, sourceIp }) => [status, sourceIp])).toEqual([
      ['accepted', '198.51.100.7'],
      ['rejected', '127.0.0.1'],
    ])
  })
})

describe('a stored graph with trigger_type webhook', () => {
  const document = (more: object = {}) => ({
    ...{ name: 'orders', trigger_type: 'webhook', webhook_secret: 'my-secret', ...more },
    steps: [
      {
        id: 'hello',
        type: 'transform',
        config: { expression: '{{ trigger.payload.n }} {{ trigger.headers["x-e"] }}' },
      },
    ],
  })
  const hooks = async () => t.engine.getWebhooks({ workflowId: 'orders' })

  test('has a webhook of its own, signed with its secret, which is nowhere in what is stored', async () => {
    await using own = await startServer()
    await own.engine.stop()
    await using runner = await startServer()
    const { engine } = runner
    await engine.putWorkflow(document() as never)
    const [hook] = await engine.getWebhooks()
    expect(hook).toMatchObject({
      id: 'orders#1',
      scheme: 'github',
      secrets: 1,
      path: expect.stringMatching(/^wh_/),
    })
    const stored = await engine.getDefinition({ workflowId: 'orders' })
    expect(JSON.stringify(stored)).not.toContain('my-secret')
    await runner.another([], { pollInterval: 50 }, { graphs: true })
    const deliverTo = async (body: string, headers: Record<string, string>) =>
      readAnswer(
        await runner.server.fetch(
          new Request(`http://localhost/webhooks/${hook?.path}`, { method: 'POST', body, headers }),
        ),
      )
    expect((await deliverTo('{"n":1}', {})).status).toBe(401)
    const taken = await deliverTo('{"n":1}', { ...github('my-secret', '{"n":1}'), 'x-e': 'push' })
    expect(taken.status).toBe(202)
    const run = await runner.send('GET', `/api/runs/${taken.body.run_id}?wait=20s`)
    expect(run.body).toMatchObject({ status: 'completed', output: { hello: { result: '1 push' } } })
  })

  test('keeps its path and its secret when it is put again without; both go when its type is another', async () => {
    await t.engine.putWorkflow(document() as never)
    const [first] = await hooks()
    await t.engine.putWorkflow(
      document({ webhook_secret: undefined, description: 'again' }) as never,
    )
    expect(await hooks()).toMatchObject([{ path: first?.path, scheme: 'github', secrets: 1 }])
    await t.engine.putWorkflow(defineGraph(document({ webhook_secret: 'other' }) as never))
    expect(await hooks()).toMatchObject([{ path: first?.path }])
    const body = '{}'
    expect((await deliver(first?.path as string, body, github('my-secret', body))).status).toBe(401)
    expect((await deliver(first?.path as string, body, github('other', body))).status).toBe(202)
    await t.engine.putWorkflow(document({ trigger_type: 'manual' }) as never)
    expect(await hooks()).toEqual([])
    expect((await deliver(first?.path as string, body, github('other', body))).status).toBe(404)
    await t.engine.putWorkflow(document() as never)
    const [second] = await hooks()
    expect(second?.path).not.toBe(first?.path)
    await t.engine.putWorkflow(document({ is_active: false }) as never)
    expect((await deliver(second?.path as string, body, github('my-secret', body))).status).toBe(
      404,
    )
  })

  test('null for its secret takes it away, unless its scheme needs one; left out, it stays', async () => {
    const named = (more: object) => document({ name: 'bare', ...more }) as never
    const bare = async () => (await t.engine.getWebhooks({ workflowId: 'bare' }))[0]
    const signed = { scheme: 'github', secrets: 1 }
    const unsigned = { scheme: 'none', secrets: 0 }
    for (const put of [(given: object) => given, (given: object) => defineGraph(given as never)]) {
      await t.engine.putWorkflow(put(named({})) as never)
      const before = await bare()
      expect(before).toMatchObject(signed)
      await t.engine.putWorkflow(put(named({ webhook_secret: undefined })) as never)
      expect(await bare()).toMatchObject(signed)
      const asking = named({ webhook_secret: null, trigger_config: { scheme: 'github' } })
      await expect(t.engine.putWorkflow(put(asking) as never)).rejects.toMatchObject({
        ...{ code: 'MR001', message: expect.stringContaining('taken away') },
      })
      expect(await bare()).toMatchObject(signed)
      await t.engine.putWorkflow(put(named({ webhook_secret: null })) as never)
      expect(await bare()).toMatchObject({ ...unsigned, path: before?.path })
      expect((await deliver(before?.path as string, '{}')).status).toBe(202)
      await t.engine.putWorkflow(put(named({ webhook_secret: undefined })) as never)
      expect(await bare()).toMatchObject(unsigned)
    }
  })

  test('without a secret anybody may call it, as in that engine; another scheme, and a path of its own, are heeded', async () => {
    await t.engine.putWorkflow(document({ name: 'open', webhook_secret: undefined }) as never)
    expect(await t.engine.getWebhooks({ workflowId: 'open' })).toMatchObject([{ scheme: 'none' }])
    const webhook_path = 'wh_0123456789abcdef01234567'
    const trigger_config = { scheme: 'slack', tolerance_seconds: 60 }
    await t.engine.putWorkflow(document({ name: 'moved', webhook_path, trigger_config }) as never)
    expect(await t.engine.getWebhooks({ workflowId: 'moved' })).toMatchObject([
      { scheme: 'slack', path: webhook_path, tolerance: 60_000 },
    ])
  })
})

describe('/api/webhooks', () => {
  test('a secret that was drawn for a request with an Idempotency-Key is shown once, and kept nowhere', async () => {
    const body = { workflow_id: 'echo', scheme: 'standard' }
    const headers = { 'idempotency-key': 'make-it-once' }
    const put = () => t.send('PUT', '/api/webhooks/once', { body, headers })
    const first = await put()
    const again = await put()
    expect(first.body.secret).toMatch(/^whsec_/)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.body).toEqual({ ...first.body, secret: null })
    const kept = await t.db.query('select body from millrace.requests')
    expect(JSON.stringify(kept)).not.toContain(first.body.secret)
  })

  test('what is put is listed, rotated, deleted; a secret is shown once', async () => {
    const made = await put('crud', { scheme: 'github', tags: ['x'], retention: '2 days' })
    expect(made).toMatchObject({
      id: 'crud',
      retention: 172_800_000,
      secret: expect.stringMatching(/^whsec_/),
    })
    expect(await put('crud', { scheme: 'github' })).not.toHaveProperty('secret')
    const list = await t.send('GET', '/api/webhooks?direction=in&workflow_id=echo')
    expect(list.body.data.map(({ id }: { id: string }) => id)).toContain('crud')
    const rotated = await t.send('POST', '/api/webhooks/crud/rotate', {
      body: { keep_old: '1 hour' },
    })
    expect(rotated.body).toMatchObject({ secrets: 2, secret: expect.stringMatching(/^whsec_/) })
    for (const secret of [made.secret, rotated.body.secret])
      expect((await deliver(made.path, '{}', github(secret, '{}'))).status).toBe(202)
    const audit = await t.db.query<{ action: string; subject: string }>(
      `select action, subject from millrace.audit where target = 'crud' order by at`,
    )
    expect(audit.map(({ action, subject }) => `${subject} ${action}`)).toEqual([
      ...['ada webhook.put', 'ada webhook.put', 'ada webhook.rotate'],
    ])
    expect(await t.send('DELETE', '/api/webhooks/crud')).toMatchObject({ status: 204 })
    expect(await t.send('GET', '/api/webhooks/crud')).toMatchObject({ status: 404 })
    expect((await deliver(made.path, '{}', github(made.secret, '{}'))).status).toBe(404)
  })

  test('needs the scope admin, and shows nothing of others', async () => {
    const { path } = await put('mine', { scheme: 'none' })
    const { body } = await deliver(path, '{}')
    const at = '/api/webhooks/mine'
    const all = [
      ['GET', '/api/webhooks'],
      ['GET', at],
      ['DELETE', at],
      ['POST', `${at}/rotate`],
      ['GET', `${at}/deliveries`],
      ['GET', `${at}/deliveries/${body.delivery_id}`],
      ['POST', `${at}/deliveries/${body.delivery_id}/redeliver`],
    ] as const
    for (const [method, where] of all) {
      expect((await t.send(method, where, { as: null })).status).toBe(401)
      expect((await t.send(method, where, { as: 'victor' })).status).toBe(403)
      const other = await t.send(method, where, { as: 'mallory' })
      if (where === '/api/webhooks') expect(other.body.data).toEqual([])
      else expect([where, other.status]).toEqual([where, 404])
    }
    expect(await t.send('GET', at)).toMatchObject({ status: 200 })
    const foreign = await t.send('GET', `/api/webhooks/real-github/deliveries/${body.delivery_id}`)
    expect(foreign.status).toBe(404)
  })

  test('a page of deliveries', async () => {
    const { path } = await put('pages', { scheme: 'none' })
    for (let i = 0; i < 5; i++) await deliver(path, `${i}`)
    const first = await t.send('GET', '/api/webhooks/pages/deliveries?limit=2')
    expect(first.body).toMatchObject({ has_more: true, has_prev: false })
    const { next_cursor } = first.body
    const second = await t.send(
      'GET',
      `/api/webhooks/pages/deliveries?limit=2&starting_after=${next_cursor}`,
    )
    expect(second.body).toMatchObject({ has_more: true, has_prev: true })
    const whole = await t.send('GET', `/api/webhooks/pages/deliveries/${second.body.data[0].id}`)
    expect(whole.body).toMatchObject({ body: '2', status: 'accepted' })
    const back = await t.send(
      'GET',
      `/api/webhooks/pages/deliveries?limit=2&ending_before=${second.body.prev_cursor}`,
    )
    expect(back.body.data).toEqual(first.body.data)
    expect(await t.send('GET', '/api/webhooks/pages/deliveries?status=odd')).toMatchObject({
      status: 422,
    })
  })
})
