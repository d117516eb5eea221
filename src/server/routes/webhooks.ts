import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Receipt, WebhookReceiver } from '../../client/webhook-receiver.ts'
import {
  PayloadError,
  PermissionError,
  RateLimitedError,
  WorkflowRunNotFoundError,
} from '../../model/errors.ts'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import { clientAddress } from '../client-address.ts'
import { readBytes, refuseEncoded } from '../read-body.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { pageBody, pageOf, pageQuery, pageRequest, wholeBody } from '../shapes/page.ts'
import { toOptions } from '../shapes/to-body.ts'
import {
  Delivery,
  deliveryBody,
  deliveryStatus,
  PutWebhook,
  RotateSecret,
  toPutWebhook,
  Webhook,
  webhookBody,
} from '../shapes/webhook.ts'

const id = z.string().max(256).openapi({ description: 'Of the webhook.' })
const params = z.object({ id })
const common = { tag: 'webhooks', params, scope: 'admin' } as const
const delivery = z.object({ id, delivery_id: z.string().max(32) })

/** What comes in and starts runs, and what is told when runs move on. */
export function webhookRoutes(app: ServerApp, parts: ServerParts): void {
  const { engine, options, closing } = parts
  const receiver = engine.webhookReceiver({ maxBytes: options.maxBodyBytes })
  closing.addEventListener('abort', () => void receiver.close().catch(() => {}), { once: true })
  receiveDelivery(app, receiver)
  readWebhooks(app)
  changeWebhooks(app)
  rotateSecret(app)
  readDeliveries(app)
  redeliver(app)
}

const Accepted = z.object({
  run_id: z.string(),
  execution_id: z.string().openapi({ description: 'The same, as others call it.' }),
  delivery_id: z.string(),
  duplicate: z.boolean().openapi({ description: 'It came before, and started that run then.' }),
})

/** Anybody may call it: the path and the signature say who it is. */
function receiveDelivery(app: ServerApp, receiver: WebhookReceiver): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/webhooks/{path}', scope: null, tag: 'webhooks' },
      name: 'receiveDelivery',
      summary: 'Deliver something to a webhook: it starts a run',
      description:
        'The signature is checked over the bytes of the body. The body, as JSON or as the fields of a form, becomes `trigger.payload`, else `{}`. The same delivery again starts nothing.',
      params: z.object({ path: z.string().max(128) }),
      answers: {
        202: [Accepted, 'The run is there, whatever happens to the server now.'],
        200: [null, "Slack's question about the address, answered with its challenge."],
      },
      problems: [401, 404, 409, 413, 415, 422, 429],
    },
    async (c, { params: { path } }) => answer(c, await receive(c, receiver, path)),
  )
}

async function receive(
  c: Context<ServerEnv>,
  receiver: WebhookReceiver,
  path: string,
): Promise<Receipt> {
  const { headers } = c.req.raw
  const came = { path, headers, sourceIp: clientAddress(c) }
  // nobody's body is read
  const called = await receiver.look(path)
  if (called === null) return { kind: 'unknown' }
  refuseEncoded(c.req.raw)
  try {
    const body = await readBytes(c.req.raw, c.var.parts.options.maxBodyBytes)
    return await receiver.receive({ ...came, body }, called)
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    return receiver.tooLarge(came)
  }
}

/** @throws what the answer to everything else is made of */
function answer(c: Context<ServerEnv>, receipt: Receipt): Response {
  switch (receipt.kind) {
    case 'accepted':
    case 'duplicate': {
      const { runId, deliveryId, kind } = receipt
      const body = { run_id: runId, execution_id: runId, delivery_id: deliveryId }
      return c.json({ ...body, duplicate: kind === 'duplicate' }, 202)
    }
    case 'challenge':
      return c.text(receipt.text, 200)
    case 'unknown':
      throw new WorkflowRunNotFoundError('There is no webhook at this address.')
    case 'rejected':
      throw new PermissionError('The signature of the delivery is missing or not valid.', {
        details: { authenticated: false, rule: 'signature' },
      })
    case 'too_large': {
      const limit = c.var.parts.options.maxBodyBytes
      throw new PayloadError(`The body is larger than ${limit} bytes.`, {
        details: { rule: 'size', limit },
      })
    }
    case 'limited':
      throw new RateLimitedError('Too many deliveries; try again later.', {
        details: { retryAfter: receipt.retryAfterSeconds * 1000 },
      })
    case 'error':
      throw receipt.error
  }
}

function readWebhooks(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/webhooks', scope: 'admin', tag: 'webhooks' },
      name: 'getWebhooks',
      summary: 'List the webhooks, by id',
      query: z.strictObject({
        workflow_id: z.string().max(256).optional(),
        direction: z.enum(['in', 'out']).optional(),
      }),
      answers: { 200: [pageOf(Webhook), 'All of them.'] },
    },
    async (c, { query }) =>
      c.json(wholeBody(await c.var.client.getWebhooks(toOptions(query)), webhookBody)),
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/webhooks/{id}' },
      name: 'getWebhook',
      summary: 'Get a webhook',
      answers: { 200: [Webhook, 'The webhook.'] },
    },
    async (c, given) => {
      const [webhook] = await c.var.client.getWebhooks({ id: given.params.id })
      if (webhook === undefined)
        throw new WorkflowRunNotFoundError(`There is no webhook "${given.params.id}".`)
      return c.json(webhookBody(webhook))
    },
  )
}

function changeWebhooks(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'put', path: '/api/webhooks/{id}' },
      ...{ name: 'putWebhook', shownOnce: ['secret'] },
      summary: 'Make a webhook, or change it',
      description:
        'Its path, its secret and whether it is active stay as they are, unless they are given.',
      body: PutWebhook,
      answers: { 200: [Webhook, 'The webhook as it is now.'] },
    },
    async (c, given) => {
      const { by, ...body } = given.body
      const put = toPutWebhook(given.params.id, body, actorOf(c, by))
      return c.json(webhookBody(await c.var.client.putWebhook(put)))
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'delete', path: '/api/webhooks/{id}' },
      name: 'deleteWebhook',
      summary: 'Delete a webhook, with its deliveries; runs that it has started go on',
      answers: { 204: [null, 'Nothing comes in or goes out by it any more.'] },
    },
    async (c, given) => {
      await c.var.client.deleteWebhook({ id: given.params.id, by: actorOf(c, undefined) })
      return c.body(null, 204)
    },
  )
}

function rotateSecret(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'post', path: '/api/webhooks/{id}/rotate' },
      ...{ name: 'rotateWebhookSecret', shownOnce: ['secret'] },
      summary: 'Give it another secret; the one before counts for a day still',
      body: RotateSecret,
      bodyOptional: true,
      answers: { 200: [Webhook, 'The webhook, and the secret, if it was drawn.'] },
    },
    async (c, given) => {
      const { by, ...body } = given.body
      const rotate = { ...toOptions(body), id: given.params.id, by: actorOf(c, by) }
      return c.json(webhookBody(await c.var.client.rotateWebhookSecret(rotate)))
    },
  )
}

function readDeliveries(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/webhooks/{id}/deliveries' },
      name: 'getDeliveries',
      summary: 'List what it was sent, or has sent, the newest first',
      query: z.strictObject({ ...pageQuery, status: deliveryStatus.optional() }),
      answers: { 200: [pageOf(Delivery), 'A page. Of forgeries only some are kept.'] },
    },
    async (c, { params: { id: webhookId }, query }) => {
      const status = query.status === undefined ? {} : { status: query.status }
      const page = { webhookId, ...status, ...pageRequest(query) }
      return c.json(pageBody(await c.var.client.getDeliveries(page), deliveryBody))
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/webhooks/{id}/deliveries/{delivery_id}' },
      params: delivery,
      name: 'getDelivery',
      summary: 'Get a delivery, with what was sent',
      answers: { 200: [Delivery, 'The delivery.'] },
    },
    async (c, given) => c.json(deliveryBody(await c.var.client.getDelivery(placeOf(given.params)))),
  )
}

function redeliver(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'post' },
      path: '/api/webhooks/{id}/deliveries/{delivery_id}/redeliver',
      params: delivery,
      name: 'redeliver',
      summary: 'Deliver it again: another run is started, or it is sent again',
      answers: { 200: [Delivery, 'The delivery that came of it.'] },
      problems: [409],
    },
    async (c, given) => {
      const by = actorOf(c, undefined)
      return c.json(deliveryBody(await c.var.client.redeliver({ ...placeOf(given.params), by })))
    },
  )
}

/** A delivery of that webhook. */
function placeOf({ id: webhookId, delivery_id: deliveryId }: z.output<typeof delivery>) {
  return { webhookId, deliveryId }
}
