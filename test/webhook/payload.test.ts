import { describe, expect, test } from 'vitest'
import {
  checkSecret,
  deliveryIdOf,
  drawSecret,
  isWebhookPath,
  readPayload,
  type Scheme,
  safeHeaders,
  slackChallenge,
} from '../../src/webhook/index.ts'

const bytes = (text: string) => Buffer.from(text)
const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('the body', () => {
  test.each([
    ['{"a":[1,"é"]}', {}, { a: [1, 'é'] }],
    ['[1]', {}, [1]],
    ['null', {}, null],
    ['{"a":1}', form, { a: 1 }],
    ['', {}, {}],
    ['{"a":', {}, {}],
    ['a=1&b=2', {}, {}],
    ['a=1&b=2&a=3&c=%C3%A9', form, { a: ['1', '3'], b: '2', c: 'é' }],
  ])('%s %j', (body, headers, payload) => {
    expect(readPayload(bytes(body), headers)).toEqual(payload)
  })

  test('what is no UTF-8 is {}; a field may be called __proto__', () => {
    expect(readPayload(Buffer.from([0x22, 0xff, 0x22]), {})).toEqual({})
    const odd = readPayload(bytes('__proto__=1&toString=2'), form) as object
    expect(Object.keys(odd)).toEqual(['__proto__', 'toString'])
    expect(Object.getPrototypeOf(odd)).toBe(Object.prototype)
  })
})

test('headers that are secrets are not kept, nor more of the others than anybody reads', () => {
  const secrets = [
    ...['Authorization', 'Cookie', 'X-API-Key', 'X-Hub-Signature', 'X-Hub-Signature-256'],
    ...['Stripe-Signature', 'X-Slack-Signature', 'Webhook-Signature', 'X-Gitlab-Token'],
    ...['Proxy-Authorization', 'X-Amz-Security-Token', 'X-Secret', 'api_key', 'X-Session-Id'],
  ]
  const headers = Object.fromEntries(secrets.map((name) => [name, 'secret']))
  const plain = {
    'Content-Type': 'a/b',
    'X-GitHub-Event': 'push',
    'X-Request-Id': '1',
    'User-Agent': 'u',
  }
  expect(safeHeaders({ ...headers, ...plain })).toEqual({
    ...{ 'content-type': 'a/b', 'x-github-event': 'push', 'x-request-id': '1', 'user-agent': 'u' },
  })
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`x-${i}`, 'v'.repeat(9000)]),
  )
  const kept = safeHeaders(many)
  expect(Object.keys(kept)).toHaveLength(64)
  expect(JSON.stringify(kept).length).toBeLessThan(140_000)
  expect(safeHeaders({ 'x-a': 'a\0b', __proto__: 'x' })).toEqual({ 'x-a': 'ab' })
})

test.each<[Scheme, object, unknown, object]>([
  ['github', { 'X-GitHub-Delivery': 'd1' }, {}, { id: 'd1', byContent: true }],
  ['github', { 'Idempotency-Key': 'k' }, {}, { id: 'k', byContent: false }],
  ['github', {}, { id: 'not its name' }, { id: null, byContent: false }],
  ['stripe', {}, { id: 'evt_1' }, { id: 'evt_1', byContent: true }],
  ['stripe', {}, { id: { a: 1 } }, { id: null, byContent: true }],
  ['stripe', {}, null, { id: null, byContent: true }],
  ['slack', {}, { event_id: 'Ev1' }, { id: 'Ev1', byContent: true }],
  ['standard', { 'webhook-id': 'm1' }, {}, { id: 'm1', byContent: true }],
  ['none', { 'idempotency-key': 'k' }, {}, { id: 'k', byContent: false }],
  ['none', { 'idempotency-key': 'k'.repeat(201) }, {}, { id: null, byContent: false }],
])('a delivery by %s with %j and %j is known by its name', (scheme, headers, payload, id) => {
  expect(deliveryIdOf(scheme, headers as Record<string, string>, payload)).toEqual(id)
})

test('Slack alone is answered with its challenge', () => {
  const asked = { type: 'url_verification', challenge: 'c1' }
  expect(slackChallenge('slack', asked)).toBe('c1')
  expect(slackChallenge('slack', { ...asked, challenge: 'c'.repeat(1001) })).toBe(null)
  expect(slackChallenge('slack', { ...asked, challenge: 7 })).toBe(null)
  expect(slackChallenge('github', asked)).toBe(null)
  expect(slackChallenge('slack', null)).toBe(null)
})

describe('secrets', () => {
  test('one that is drawn does for every scheme, and none is like another', () => {
    const drawn = drawSecret()
    for (const scheme of ['github', 'stripe', 'slack', 'standard'] as const)
      expect(checkSecret(scheme, drawn)).toBe(drawn)
    expect(drawSecret()).not.toBe(drawn)
  })

  test.each<[Scheme, unknown]>([
    ['github', ''],
    ['github', '   '],
    ['github', 7],
    ['github', 'x'.repeat(257)],
    ['github', 'a\0b'],
    ['standard', 'my-secret'],
    ['standard', 'whsec_'],
    ['standard', 'whsec_AAAA'],
    ['standard', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['standard', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ])('%s: %j is refused, and not shown', (scheme, secret) => {
    const call = () => checkSecret(scheme, secret)
    expect(call).toThrow(/secret of/)
    if (String(secret).length > 6) expect(call).not.toThrow(String(secret))
  })
})

test.each([
  ['wh_0123456789abcdef01234567', true],
  ['wh_0123456789abcdef012345678901234567890123', true],
  ['wh_0123456789abcdef0123456', false],
  ['wh_0123456789abcdef01234567/..', false],
  ['wh_0123456789abcdef01234567\n', false],
  ['', false],
])('%j is a path: %s', (path, is) => {
  expect(isWebhookPath(path)).toBe(is)
})
