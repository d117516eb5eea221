import { describe, expect, test } from 'vitest'
import { guardedRequest, HttpPolicy, type HttpRequest } from '../../../src/graph/http/index.ts'
import { createRedactor } from '../../../src/graph/http/redactor.ts'
import { toFailure } from '../../../src/model/failure.ts'
import { fakeDns, serve } from './servers.ts'

const secret = 'sk_live/ä"7 +'

/** Everything of an error that is stored, logged or shown. */
function shownOf(error: Error & { details?: unknown }): string {
  const failure = toFailure(error, { stepId: 'call', attempt: 1 })
  return [JSON.stringify(failure), JSON.stringify(error.details), error.stack, error.cause].join()
}

function forms(value: string): string[] {
  const base64 = Buffer.from(value).toString('base64')
  return [value, encodeURIComponent(value), encodeURI(value), JSON.stringify(value), base64]
}

describe('an error shows no secret', () => {
  const encoded = encodeURIComponent(secret)
  test.each<[string, Omit<HttpRequest, 'url'> & { url?: string; path?: string }]>([
    ['of the path', { path: `/hooks/${encoded}/x` }],
    ['of the path, half encoded', { path: `/hooks/${encodeURI(secret).replace('+', '%2B')}` }],
    ['of the query', { path: `/?key=${encoded}` }],
    ['that its server gives back', { path: '/echo', headers: { 'x-key': encoded } }],
    ['of a URL with a password', { url: `https://user:${encoded}@x.test/` }],
    ['of a URL that is none', { url: `not a url ${secret}` }],
    ['of the host', { url: `http://${'verysecret'}.test/`, redact: ['VerySecret'] }],
    ['of a header that is refused', { headers: { 'x-key': `${secret}\n` } }],
    ['of the name of a header', { headers: { [secret]: 'x' } }],
    ['of the method', { method: secret }],
    ['of an option', { response: secret as 'text' }],
    ['of a long value that is cut', { method: 'x'.repeat(990) + secret }],
    ['of a redirect that is refused', { path: '/redirect' }],
    ['of a redirect that fails', { path: '/moved' }],
  ])('%s', async (_what, { path = '/', ...request }) => {
    await using server = await serve((incoming, response) => {
      if (incoming.url === '/redirect') response.setHeader('location', `ftp://x/${encoded}`)
      if (incoming.url === '/moved') response.setHeader('location', `/a/${encoded}?b=${encoded}`)
      if (response.hasHeader('location')) return response.writeHead(302).end()
      response.writeHead(503).end(`no such key: ${incoming.headers['x-key']} ${secret}`)
    })
    const { lookup } = fakeDns({})
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'], lookup })
    const whole = { url: server.url + path, redact: [secret], ...request }
    const error = await guardedRequest(whole, policy).then(
      () => expect.fail('it did not fail'),
      (thrown) => thrown,
    )
    const shown = shownOf(error)
    for (const form of [...forms(secret), 'sk_live', 'verysecret']) {
      expect(shown).not.toContain(form)
    }
    expect(error.details.code).toBe('HTTP_STEP_ERROR')
  })

  test('nor any query, though nobody said that it is secret', async () => {
    await using policy = new HttpPolicy()
    const error = await guardedRequest({ url: 'http://127.0.0.1/a?key=1#x' }, policy).catch(
      (e) => e,
    )
    expect(error.details.url).toBe('http://127.0.0.1/a?…')
    expect(shownOf(error)).not.toContain('key=1')
  })
})

describe('a result shows no secret that its server gives back', () => {
  async function echoed(body: string, type: string, redact: string[], headers = {}) {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': type, ...headers }).end(body)
    })
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
    return await guardedRequest({ url: server.url, redact }, policy)
  }

  test('in headers and text', async () => {
    const headers = { 'x-key': 'Bearer s3cret!', 'set-cookie': ['a=s3cret!', 'b=c'] }
    const result = await echoed('it was s3cret!', 'text/plain', ['s3cret!'], headers)
    expect(result).toMatchObject({
      body: 'it was ***',
      headers: { 'x-key': 'Bearer ***', 'set-cookie': ['a=***', 'b=c'] },
    })
  })

  test('in JSON, however it is spelled', async () => {
    const spelled = '{"a":["s3cret!"],"s3cret!":1,"n":1234567,"m":12345678,"e":"s3cret\\u0021"}'
    const result = await echoed(spelled, 'application/json', ['s3cret!', '1234567'])
    expect(result.body).toEqual({ a: ['***'], '***': 1, n: '***', m: 12345678, e: '***' })
    expect(result.text).not.toContain('s3cret!')
  })

  test('unless it is so short that it is found everywhere', async () => {
    const result = await echoed('{"a":"abcde"}', 'application/json', ['abcde', 'e', ''])
    expect(result.body).toEqual({ a: 'abcde' })
  })

  test('and keeps keys that are special to JavaScript', async () => {
    const { body } = await echoed('{"__proto__":{"a":1}}', 'application/json', ['s3cret!'])
    expect(JSON.stringify(body)).toBe('{"__proto__":{"a":1}}')
  })
})

describe('createRedactor', () => {
  test.each([
    ['a text', ['b'], 'abc', 'a***c'],
    ['all of them', ['b', 'c'], 'abcb', 'a*********'],
    ['the longest first', ['ab', 'abcd'], 'xabcdx', 'x***x'],
    ['in any case of letters', ['Key'], 'KEY key', '*** ***'],
    ['in a URL', ['a b/c'], 'x=a%20b%2Fc', 'x=***'],
    ['in a URL, in small letters', ['a/c'], 'x=a%2fc', 'x=***'],
    ['in a form', ['a b'], 'x=a+b', 'x=***'],
    ['in JSON', ['a"b'], '{"x":"a\\"b"}', '{"x":"***"}'],
    ['in base64', ['secret'], 'Basic c2VjcmV0', 'Basic ***'],
    ['as it is, not as a pattern', ['.*', '(', '[', '\\'], 'a.*b', 'a***b'],
    ['not what is empty', ['', ' '], 'a b', 'a b'],
    ['without the blanks around', [' key\n'], 'a key', 'a ***'],
    ['half a pair', ['\ud800'], 'a', 'a'],
  ])('masks %s', (_what, values, text, masked) => {
    expect(createRedactor(values)(text)).toBe(masked)
  })

  test.each(['', 'a', 'ab', 'user:', 'a user:', 'a\u00fcser:'])(
    'masks within base64, behind %j',
    (before) => {
      const key = 'sk_live_0123456789'
      for (const after of ['', '!', ':x', '\n\n\n']) {
        const text = Buffer.from(before + key + after).toString('base64')
        const shown = createRedactor([key])(`Basic ${text}`)
        expect(shown).toMatch(/^Basic [\w+/]*\*\*\*[\w+/=]*$/)
        // nothing of it is left but a letter at either end
        const left = shown.slice('Basic '.length).split('***')[0] ?? ''
        expect(Buffer.from(left, 'base64').toString().replace(before, '').length).toBeLessThan(2)
        expect(shown.length).toBeLessThan(`Basic ${text}`.length - 15)
      }
    },
  )
})
