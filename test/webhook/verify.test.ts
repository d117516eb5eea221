import { createHmac } from 'node:crypto'
import { Webhooks } from '@octokit/webhooks'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { signWebhook, type Verdict, verifyWebhook } from '../../src/webhook/index.ts'
import { type Sender, type Sent, senders } from './senders.ts'

const NOW = 1_790_000_000_000
const BODIES = ['{"order_id":"ORD-001","name":"Zoë 🦊"}', '', '{}', 'not json \u0000 at all']

function verify(
  { headers, body }: Sent,
  { scheme, secret }: Sender,
  { now = NOW, secrets = [secret] }: { now?: number; secrets?: readonly string[] } = {},
): Verdict {
  return verifyWebhook({ headers, body }, { scheme, secrets, now })
}

const accepted = { ok: true, contentKey: expect.stringMatching(/^[0-9a-f]{64}$/) }
const wrong = { ok: false, reason: 'signature_wrong' }

describe.each(senders)('$scheme', (sender) => {
  test.each(BODIES)('what its own library signs is accepted: %j', async (body) => {
    // GitHub's own library signs nothing that is empty
    if (body === '' && sender.scheme === 'github') return
    expect(verify(await sender.send(body, NOW), sender)).toEqual(accepted)
  })

  test('headers may be those of a Request, and of any case', async () => {
    const { headers, body } = await sender.send('{}', NOW)
    const request = new Request('http://x.test', { method: 'POST', headers, body })
    expect(
      verifyWebhook(
        { headers: request.headers, body },
        { ...sender, secrets: [sender.secret], now: NOW },
      ),
    ).toEqual(accepted)
    const upper = Object.fromEntries(Object.entries(headers).map(([n, v]) => [n.toUpperCase(), v]))
    expect(verify({ headers: upper, body }, sender)).toEqual(accepted)
  })

  test('each byte of the body counts', async () => {
    const sent = await sender.send(BODIES[0] as string, NOW)
    for (let at = 0; at < sent.body.length; at++) {
      const body = Buffer.from(sent.body)
      body[at] = (body[at] as number) ^ 1
      expect(verify({ ...sent, body }, sender), `byte ${at}`).toEqual(wrong)
    }
    expect(verify({ ...sent, body: sent.body.subarray(0, -1) }, sender)).toEqual(wrong)
    expect(verify({ ...sent, body: Buffer.concat([sent.body, Buffer.from(' ')]) }, sender)).toEqual(
      wrong,
    )
  })

  test('each character of each header counts', async () => {
    const sent = await sender.send('{"a":1}', NOW)
    const names = Object.keys(sent.headers).filter((name) => name !== 'x-github-delivery')
    for (const name of names) {
      const value = sent.headers[name] as string
      for (let at = 0; at < value.length; at++)
        for (const other of ['0', 'x', ',', ' ', '', '\u00e9', '=']) {
          const changed = value.slice(0, at) + other + value.slice(at + 1)
          if (changed === value) continue
          const headers = { ...sent.headers, [name]: changed }
          expect(verify({ ...sent, headers }, sender).ok, `${name}: ${changed}`).toBe(false)
        }
      for (let length = 0; length < value.length; length++) {
        const headers = { ...sent.headers, [name]: value.slice(0, length) }
        expect(verify({ ...sent, headers }, sender).ok, `${name} cut at ${length}`).toBe(false)
      }
    }
  })

  test('a header that is missing, or came twice', async () => {
    const sent = await sender.send('{"a":1}', NOW)
    const names = Object.keys(sent.headers).filter((name) => name !== 'x-github-delivery')
    for (const name of names) {
      const { [name]: value, ...rest } = sent.headers
      expect(verify({ ...sent, headers: rest }, sender)).toEqual({
        ok: false,
        reason: 'signature_missing',
      })
      const twice = new Headers(rest)
      twice.append(name, value as string)
      twice.append(name, value as string)
      const { body } = sent
      const options = { ...sender, secrets: [sender.secret], now: NOW }
      expect(verifyWebhook({ headers: twice, body }, options).ok, name).toBe(false)
      expect(
        verifyWebhook(
          { headers: { ...rest, [name]: [value as string, value as string] }, body },
          options,
        ).ok,
      ).toBe(false)
    }
  })

  test('another secret, none, an empty one', async () => {
    const sent = await sender.send('{"a":1}', NOW)
    expect(verify(sent, sender, { secrets: [sender.otherSecret] })).toEqual(wrong)
    expect(verify(sent, sender, { secrets: [] })).toEqual({ ok: false, reason: 'no_secret' })
    expect(verify(sent, sender, { secrets: [''] })).toEqual({ ok: false, reason: 'no_secret' })
  })

  test('what an empty secret has signed is refused, whatever else there is', async () => {
    const sent = await sender.send('{"a":1}', NOW)
    const at = String(NOW / 1000)
    const sign = (content: string) => createHmac('sha256', '').update(content)
    const headers = {
      'x-hub-signature-256': `sha256=${sign('{"a":1}').digest('hex')}`,
      'stripe-signature': `t=${at},v1=${sign(`${at}.{"a":1}`).digest('hex')}`,
      'x-slack-signature': `v0=${sign(`v0:${at}:{"a":1}`).digest('hex')}`,
      'x-slack-request-timestamp': at,
      ...{ 'webhook-id': 'm', 'webhook-timestamp': at },
      'webhook-signature': `v1,${sign(`m.${at}.{"a":1}`).digest('base64')}`,
    }
    for (const secrets of [[''], ['', sender.secret], ['whsec_', '']].slice(
      0,
      sender.scheme === 'standard' ? 3 : 2,
    ))
      expect(verify({ ...sent, headers }, sender, { secrets }).ok).toBe(false)
  })

  test('while a secret is replaced, both are taken', async () => {
    const secrets = [sender.otherSecret, sender.secret]
    expect(verify(await sender.send('{}', NOW), sender, { secrets })).toEqual(accepted)
    expect(verify(await sender.send('{}', NOW, sender.otherSecret), sender, { secrets })).toEqual(
      accepted,
    )
    expect(verify(await sender.send('{}', NOW, sender.otherSecret), sender)).toEqual(wrong)
  })

  test('its time may be five minutes off, in both directions; where it has one', async () => {
    const sent = await sender.send('{}', NOW)
    const timed = sender.scheme !== 'github'
    for (const off of [-300_000, 300_000])
      expect(verify(sent, sender, { now: NOW + off }).ok).toBe(true)
    for (const off of [-301_000, 301_000, 86_400_000, Number.NaN])
      expect(verify(sent, sender, { now: NOW + off })).toEqual(
        timed ? { ok: false, reason: 'time_wrong' } : accepted,
      )
  })

  test('the same again has the same key, whatever is changed beside what is signed', async () => {
    const key = (verdict: Verdict) => (verdict.ok ? verdict.contentKey : null)
    const sent = await sender.send('{"a":1}', NOW)
    const other = await sender.send('{"a":2}', NOW)
    const first = key(verify(sent, sender))
    expect(
      key(verify({ ...sent, headers: { ...sent.headers, 'x-github-delivery': 'd-2' } }, sender)),
    ).toBe(first)
    expect(key(verify(other, sender))).not.toBe(first)
    const both = { secrets: [sender.otherSecret, sender.secret] }
    const signedByOther = await sender.send('{"a":1}', NOW, sender.otherSecret)
    expect(key(verify(signedByOther, sender, both))).toBe(first)
  })

  test('no headers that somebody makes up are accepted, and none does harm', () => {
    const names = [
      'x-hub-signature-256',
      'stripe-signature',
      'x-slack-signature',
      'x-slack-request-timestamp',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ]
    const hex = fc.string({
      unit: fc.constantFrom(...'0123456789abcdef'),
      minLength: 64,
      maxLength: 64,
    })
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      hex.map((text) => `sha256=${text}`),
      hex.map((text) => `v0=${text}`),
      hex.map((text) => `t=${NOW / 1000},v1=${text}`),
      fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((b) => `v1,${Buffer.from(b).toString('base64')}`),
      fc.constant(String(NOW / 1000)),
      fc.constantFrom('__proto__', 'v1,', 'v1', ',,,', '='.repeat(1000), 'v1=,'.repeat(5000)),
    )
    const headers = fc.record(Object.fromEntries(names.map((name) => [name, value])), {
      requiredKeys: [],
    })
    fc.assert(
      fc.property(headers, fc.uint8Array(), (made, body) => {
        const sent = { headers: made as Record<string, string>, body: Buffer.from(body) }
        expect(verify(sent, sender).ok).toBe(false)
      }),
    )
  })
})

test('of many signatures one that is right is enough, as senders do it that replace a secret', async () => {
  const [, stripe, , standard] = senders as [Sender, Sender, Sender, Sender]
  const one = await stripe.send('{}', NOW, stripe.otherSecret)
  const two = await stripe.send('{}', NOW)
  const [, v1] = (two.headers['stripe-signature'] as string).split(',')
  const headers = { 'stripe-signature': `${one.headers['stripe-signature']},${v1},v0=old` }
  expect(verify({ headers, body: one.body }, stripe)).toEqual(accepted)
  const all = {
    id: 'msg_1',
    now: NOW,
    body: '{}',
    secrets: [standard.otherSecret, standard.secret],
  }
  expect(verify({ headers: signWebhook(all), body: Buffer.from('{}') }, standard)).toEqual(accepted)
  const many = { 'stripe-signature': `t=${NOW / 1000}${`,${v1}`.repeat(17)}` }
  expect(verify({ headers: many, body: one.body }, stripe)).toEqual({
    ok: false,
    reason: 'signature_malformed',
  })
})

test('a signature of one scheme is none of another', async () => {
  for (const from of senders)
    for (const to of senders.filter(({ scheme }) => scheme !== from.scheme)) {
      const sent = await from.send('{}', NOW, from.secret)
      expect(verify(sent, { ...to, secret: from.secret }).ok).toBe(false)
    }
})

describe('what is signed here', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  test('Standard Webhooks own library accepts, and refuses when it is changed', () => {
    const body = '{"type":"run.completed","name":"Zoë"}'
    const headers = signWebhook({ id: 'msg_7', now: Date.now(), body, secrets: [secret] })
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
    expect(() => new Webhook(secret).verify(body.replace('Zoë', 'Zoe'), headers)).toThrow()
  })

  test('nothing is signed without a secret, or under an id that could be taken for something else', () => {
    const message = { id: 'msg_7', now: NOW, body: '{}', secrets: [secret] }
    for (const secrets of [[], [''], ['whsec_'], ['whsec_not base64!']])
      expect(() => signWebhook({ ...message, secrets })).toThrow(/needs a secret/)
    for (const id of ['', 'a b', 'a\nb', 'é', 'x'.repeat(201)])
      expect(() => signWebhook({ ...message, id })).toThrow(/printable ASCII/)
  })
})

test('the libraries refuse what is refused here: the comparison is with real ones', async () => {
  const github = new Webhooks({ secret: 'my-secret' })
  expect(await github.verify('{}', await github.sign('{}'))).toBe(true)
  expect(await github.verify('{ }', await github.sign('{}'))).toBe(false)
  const stripe = new Stripe('sk_test_123').webhooks
  const header = stripe.generateTestHeaderString({ payload: '{}', secret: 'whsec_a' })
  expect(stripe.constructEvent('{}', header, 'whsec_a')).toEqual({})
  expect(() => stripe.constructEvent('{ }', header, 'whsec_a')).toThrow()
})
