import { createHmac } from 'node:crypto'
import { Webhooks } from '@octokit/webhooks'
import { Webhook } from 'standardwebhooks'
import Stripe from 'stripe'
import type { Scheme } from '../../src/webhook/index.ts'

/** A delivery as its sender's own library signs it. */
export type Sent = { headers: Record<string, string>; body: Buffer<ArrayBuffer> }

/** A sender. Slack has no library that signs: this is how its documentation says it is done. */
export type Sender = {
  scheme: Exclude<Scheme, 'none'>
  secret: string
  otherSecret: string
  /** @param at milliseconds */
  send(body: string, at: number, secret?: string): Promise<Sent> | Sent
}

const github: Sender = {
  scheme: 'github',
  secret: 'my-secret',
  otherSecret: 'my-secres',
  async send(body, _at, secret = github.secret) {
    const signature = await new Webhooks({ secret }).sign(body)
    const headers = { 'x-hub-signature-256': signature, 'x-github-delivery': 'd-1' }
    return { headers, body: Buffer.from(body) }
  },
}

const stripe: Sender = {
  scheme: 'stripe',
  secret: 'whsec_test_secret',
  otherSecret: 'whsec_test_secrez',
  send(payload, at, secret = stripe.secret) {
    const timestamp = Math.floor(at / 1000)
    const header = new Stripe('sk_test_123').webhooks.generateTestHeaderString({
      ...{ payload, secret, timestamp },
    })
    return { headers: { 'stripe-signature': header }, body: Buffer.from(payload) }
  },
}

const slack: Sender = {
  scheme: 'slack',
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  otherSecret: '8f742231b10e8888abcd99yyyzzz85a6',
  send(body, at, secret = slack.secret) {
    const time = String(Math.floor(at / 1000))
    const hmac = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')
    const headers = { 'x-slack-signature': `v0=${hmac}`, 'x-slack-request-timestamp': time }
    return { headers, body: Buffer.from(body) }
  },
}

const standard: Sender = {
  scheme: 'standard',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  otherSecret: 'whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  send(body, at, secret = standard.secret) {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': new Webhook(secret).sign(
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        new Date(at),
        body,
      ),
    }
    return { headers, body: Buffer.from(body) }
  },
}

export const senders: readonly Sender[] = [github, stripe, slack, standard]
