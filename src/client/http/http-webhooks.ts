import { WorkflowRunNotFoundError } from '../../model/errors.ts'
import { checkOptionNames } from '../../model/options.ts'
import type { Delivery, DeliveryFilter, DeliveryPlace, DeliveryWithBody } from '../deliveries.ts'
import type { Page, PageRequest } from '../page.ts'
import type { PutWebhook, RotateWebhookSecret, Webhook, WebhookWithSecret } from '../webhooks.ts'
import type { Shapes } from './api.ts'
import { pageQuery } from './filter.ts'
import { HttpRuns } from './http-runs.ts'
import { camel, snake } from './names.ts'
import { duration } from './start-body.ts'

/** Webhooks: what comes in and starts runs, and what is told when runs move on. */
export abstract class HttpWebhooks extends HttpRuns {
  /**
   * Makes a webhook, or changes it. A secret that was drawn for it is in the answer, this once; where that answer was
   * lost, the webhook, which nobody has used yet, gets another.
   * @throws InvalidInputError
   */
  async putWebhook(p: PutWebhook): Promise<WebhookWithSecret> {
    const put = (one: PutWebhook) => this.#put(one)
    const body = await put(p)
    if (body.secret !== null) return readWebhook(body)
    const secret = drawSecret()
    return { ...readWebhook(await put({ ...p, secret })), secret }
  }

  async #put(p: PutWebhook): Promise<Shapes['Webhook']> {
    const { id, tolerance, retention, timeout, ...rest } = p as PutWebhook & Durations
    const times = {
      ...{ tolerance: duration(tolerance), retention: duration(retention) },
      timeout: duration(timeout),
    }
    const given = { params: { id }, body: { ...snake(rest), ...times } as never }
    return (await this.transport.call('putWebhook', given)).body
  }

  /** The webhooks, by id. */
  async getWebhooks(
    p: { id?: string; workflowId?: string; direction?: 'in' | 'out' } = {},
  ): Promise<Webhook[]> {
    checkOptionNames('getWebhooks', p, { id: true, workflowId: true, direction: true })
    const { id, ...filter } = p
    const { body } = await this.transport.call('getWebhooks', { query: snake(filter) })
    const found = body.data.map((one) => readWebhook(one))
    return id === undefined ? found : found.filter((one) => one.id === id)
  }

  /** Nothing comes in or goes out by it any more; runs that it has started go on. @throws WorkflowRunNotFoundError */
  async deleteWebhook(p: { id: string; by?: string }): Promise<void> {
    checkOptionNames('deleteWebhook over HTTP', p, { id: true })
    await this.transport.call('deleteWebhook', { params: { id: p.id } })
  }

  /**
   * Gives it another secret; the one before counts for a day still. One that is not given is drawn here, so that it is
   * the same however often the request had to be sent.
   * @throws WorkflowRunNotFoundError; InvalidInputError, also without a secret that its sender draws
   */
  async rotateWebhookSecret(p: RotateWebhookSecret): Promise<WebhookWithSecret> {
    checkOptionNames('rotateWebhookSecret', p, { id: true, secret: true, keepOld: true, by: true })
    const [webhook] = await this.getWebhooks({ id: p.id })
    if (webhook === undefined) throw new WorkflowRunNotFoundError(`There is no webhook "${p.id}".`)
    const isOurs = webhook.scheme === 'standard' || webhook.scheme === 'github'
    const drawn = p.secret === undefined && isOurs ? drawSecret() : undefined
    const keep_old = p.keepOld === 0 ? 0 : duration(p.keepOld)
    const { body } = await this.transport.call('rotateWebhookSecret', {
      ...{ params: { id: p.id }, body: { secret: p.secret ?? drawn, keep_old, by: p.by } },
    })
    return { ...readWebhook(body), ...(drawn === undefined ? {} : { secret: drawn }) }
  }

  /**
   * What a webhook was sent, or has sent, the newest first, 20 on a page. Of forgeries only some are kept.
   * @throws InvalidInputError
   */
  async getDeliveries(
    p: DeliveryFilter & { webhookId: string } & PageRequest,
  ): Promise<Page<Delivery>> {
    checkOptionNames('getDeliveries', p, {
      ...{ webhookId: true, status: true, limit: true, startingAfter: true, endingBefore: true },
    })
    const query = { status: p.status, ...pageQuery(p) }
    const { body } = await this.transport.call('getDeliveries', {
      ...{ params: { id: p.webhookId }, query },
    })
    return this.page(body, (one) => camel<Delivery>(one, { opaque: ['headers'] }))
  }

  /** One of them, with what was sent. @throws WorkflowRunNotFoundError */
  async getDelivery(p: Required<DeliveryPlace>): Promise<DeliveryWithBody> {
    const { body } = await this.transport.call('getDelivery', placeOf('getDelivery', p))
    return camel<DeliveryWithBody>(body, { opaque: ['headers'] })
  }

  /**
   * Delivers something again: of what came in another run is started, with the same payload; what goes out is sent
   * again, under the same id.
   * @returns the delivery that came of it
   * @throws IllegalMoveError for one that was rejected, or that came before; WorkflowRunNotFoundError
   */
  async redeliver(p: Required<DeliveryPlace>): Promise<Delivery> {
    const { body } = await this.transport.call('redeliver', placeOf('redeliver', p))
    return camel<Delivery>(body, { opaque: ['headers'] })
  }
}

/** @throws InvalidInputError for anything else: it is who asks that does it */
function placeOf(what: string, p: Required<DeliveryPlace>) {
  checkOptionNames(`${what} over HTTP`, p, { webhookId: true, deliveryId: true })
  return { params: { id: p.webhookId, delivery_id: p.deliveryId } }
}

type Durations = { tolerance?: string; retention?: string; timeout?: string }

function readWebhook(body: Shapes['Webhook']): WebhookWithSecret {
  const { secret, ...rest } = body
  const webhook = camel<Webhook>(rest, { instants: ['failing_since'] })
  return typeof secret === 'string' ? { ...webhook, secret } : webhook
}

/** As src/webhook draws it, without Node. */
function drawSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return `whsec_${btoa(String.fromCharCode(...bytes))}`
}
